//! HTTP/1.1 by hand, as a browser would send it.

use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The whole answer to a GET, head and body.
pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
    send(address, &format!("GET {path} HTTP/1.1\r\n"), b"").await
}

/// The whole answer to a gRPC-Web call with an empty message; `headers` are lines that end with CRLF.
pub(crate) async fn grpc_web(address: SocketAddr, method: &str, headers: &str) -> String {
    let empty_message = [0; 5];
    let head = format!(
        "POST {method} HTTP/1.1\r\nContent-Type: application/grpc-web+proto\r\nX-Grpc-Web: 1\r\n{headers}"
    );
    send(address, &head, &empty_message).await
}

/// Sends a request whose head lacks only what every request has.
pub(crate) async fn send(address: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        format!("{head}Host: {address}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

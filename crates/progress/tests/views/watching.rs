//! Watching a view.

use crate::{
    common::tales::{Found, Home},
    province::{Province, assessed, reason, registered, view},
};
use api::progress::{
    self as proto, PovertyView, WatchProgressResponse, progress_server::Progress as _,
    watch_progress_response::Event,
};
use futures::{Stream, StreamExt};
use progress::ProgressOptions;
use projection::{ProjectorOptions, ReadStore};
use std::time::Duration;
use tempfile::TempDir;
use tonic::{Request, Status};

const PHUC_THAN: Home = Home { commune: "03618@0001-01-01", village: None };
const ELSEWHERE: Home = Home { commune: "03451@0001-01-01", village: None };
const WITHIN: Duration = Duration::from_secs(60);

async fn province(options: ProgressOptions) -> Province {
    let folder = TempDir::new().unwrap();
    let store = ReadStore::Sqlite(folder.path().to_owned());
    Province::on(store, folder, options, ProjectorOptions::default()).await
}

fn request(resume_token: &str) -> Request<proto::WatchProgressRequest> {
    Request::new(proto::WatchProgressRequest {
        area: "areas/03618@2025-07-01".to_owned(),
        view: view("2025-12-31", "", ""),
        resume_token: resume_token.to_owned(),
        ..Default::default()
    })
}

type Watch = <progress::Progress as api::progress::progress_server::Progress>::WatchProgressStream;

async fn watch(province: &Province, resume_token: &str) -> Watch {
    province.service.watch_progress(request(resume_token)).await.unwrap().into_inner()
}

async fn next(
    stream: &mut (impl Stream<Item = Result<WatchProgressResponse, Status>> + Unpin),
) -> WatchProgressResponse {
    tokio::time::timeout(WITHIN, stream.next()).await.expect("in time").expect("an item").unwrap()
}

/// The next change, bookmarks left out.
async fn change(stream: &mut Watch) -> (PovertyView, String) {
    loop {
        let told = next(stream).await;
        if let Some(Event::Changed(view)) = told.event {
            assert_eq!(view.resume_token, told.resume_token);
            return (view, told.resume_token);
        }
    }
}

fn registered_households(view: &PovertyView) -> Option<i64> {
    view.area.as_ref()?.households.as_ref()?.total.as_ref()?.value
}

#[tokio::test]
async fn a_watcher_sees_the_view_now_and_after_each_change() {
    let province = province(ProgressOptions::default()).await;
    let mut stream = watch(&province, "").await;
    assert_eq!(registered_households(&change(&mut stream).await.0), None);
    province.tell(&[registered(0, "2024-01-01", PHUC_THAN, 4)]).await;
    assert_eq!(registered_households(&change(&mut stream).await.0), Some(1));
    // Another commune's household changes nothing here; the next message is about the one after it.
    province.tell(&[registered(1, "2024-01-01", ELSEWHERE, 4)]).await;
    province.tell(&[assessed(0, "2024-11-30", Found::Poor)]).await;
    let view = change(&mut stream).await.0;
    assert_eq!(view.position, 3);
    assert_eq!(view.area.unwrap().households.unwrap().poor.unwrap().value, Some(1));
    drop(stream);
    province.end().await;
}

#[tokio::test]
async fn what_was_seen_is_not_sent_again_after_a_resume() {
    let province = province(ProgressOptions::default()).await;
    province.tell(&[registered(0, "2024-01-01", PHUC_THAN, 4)]).await;
    let (_, token) = change(&mut watch(&province, "").await).await;
    let mut resumed = watch(&province, &token).await;
    province.tell(&[registered(1, "2024-01-01", PHUC_THAN, 4)]).await;
    assert_eq!(registered_households(&change(&mut resumed).await.0), Some(2), "the first was seen");

    // What happened while nobody watched is told at once.
    let mut late = watch(&province, &token).await;
    assert_eq!(registered_households(&change(&mut late).await.0), Some(2));
    drop((resumed, late));
    province.end().await;
}

#[tokio::test]
async fn a_quiet_spell_ends_with_a_bookmark() {
    let quick = ProgressOptions { bookmark_every: Duration::from_millis(20), ..Default::default() };
    let province = province(quick).await;
    province.tell(&[registered(0, "2024-01-01", PHUC_THAN, 4)]).await;
    let mut stream = watch(&province, "").await;
    let (_, token) = change(&mut stream).await;
    let told = next(&mut stream).await;
    let poverty = proto::SourcePosition { source: "poverty".to_owned(), position: 1, events_set_aside: 0 };
    let bookmark = proto::Bookmark { position: 1, positions: vec![poverty] };
    assert_eq!(told.event, Some(Event::Bookmark(bookmark)));
    assert_eq!(told.resume_token, token);
    drop(stream);
    province.end().await;
}

#[tokio::test]
async fn a_watch_ends_when_the_server_drains() {
    let province = province(ProgressOptions::default()).await;
    let mut stream = watch(&province, "").await;
    change(&mut stream).await;
    province.stop.cancel();
    let end = tokio::time::timeout(WITHIN, stream.next()).await.unwrap().unwrap().unwrap_err();
    assert_eq!(reason(&end), "SHUTTING_DOWN");
    assert!(stream.next().await.is_none());
    province.end().await;
}

#[tokio::test]
async fn a_watcher_who_waits_out_the_interval_is_ended_at_once() {
    let seldom = ProgressOptions { watch_interval: Duration::from_secs(3_600), ..Default::default() };
    let province = province(seldom).await;
    let mut waiting = watch(&province, "").await;
    change(&mut waiting).await;
    province.tell(&[registered(0, "2024-01-01", PHUC_THAN, 4)]).await;
    // Whoever has no view yet gets one, also now; who was just told one waits.
    let newcomer = async {
        let mut newcomer = watch(&province, "").await;
        change(&mut newcomer).await.0
    };
    tokio::select! {
        biased;
        told = waiting.next() => panic!("told again within the interval: {told:?}"),
        view = newcomer => assert_eq!(registered_households(&view), Some(1)),
    }
    province.stop.cancel();
    let end = tokio::time::timeout(WITHIN, waiting.next()).await.unwrap().unwrap().unwrap_err();
    assert_eq!(reason(&end), "SHUTTING_DOWN");
    province.end().await;
}

#[tokio::test]
async fn watchers_beyond_the_bound_and_tokens_of_other_watches_are_refused() {
    let province = province(ProgressOptions { watches_max: 1, ..Default::default() }).await;
    let mut stream = watch(&province, "").await;
    let refused = |answer: Result<tonic::Response<Watch>, Status>| reason(&answer.err().expect("a refusal"));
    assert_eq!(refused(province.service.watch_progress(request("")).await), "OVERLOADED");
    let (_, token) = change(&mut stream).await;
    drop(stream);
    let mut other = request(&token);
    other.get_mut().area = "areas/12@0001-01-01".to_owned();
    assert_eq!(refused(province.service.watch_progress(other).await), "RESUME_TOKEN_INVALID");
    assert_eq!(refused(province.service.watch_progress(request("garbled")).await), "RESUME_TOKEN_INVALID");
    let mut nowhere = request("");
    nowhere.get_mut().area = "areas/99999@2025-07-01".to_owned();
    let mut stream = province.service.watch_progress(nowhere).await.unwrap().into_inner();
    assert_eq!(reason(&stream.next().await.unwrap().unwrap_err()), "UNKNOWN_AREA");
    drop(stream);
    province.end().await;
}

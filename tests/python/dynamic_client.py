"""A gRPC client that learns everything from the server: no proto files, no generated stubs."""

import threading

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

DEADLINE_SECONDS = 30


class Refused(Exception):
    """The server said no; `details` holds the messages it explains that with, by their type's name."""

    def __init__(self, call):
        super().__init__(f"{call.code().name}: {call.details()}")
        self.code = call.code().name
        status = rpc_status.from_call(call)
        self.details = {}
        for packed in status.details if status else []:
            kind = getattr(error_details_pb2, packed.TypeName().rsplit(".", 1)[-1])
            unpacked = kind()
            packed.Unpack(unpacked)
            self.details.setdefault(kind.DESCRIPTOR.name, []).append(unpacked)


class DynamicClient:
    """Calls methods by name, with dictionaries for messages; their keys are the field names of the protos."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        grpc.channel_ready_future(self.channel).result(timeout=DEADLINE_SECONDS)
        self.reflection = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.reflection)
        # The pool asks the server for what it does not know yet, which only one thread at a time may do.
        self.asking = threading.Lock()

    def services(self):
        """The full names of all services."""
        return sorted(self.reflection.get_services())

    def call(self, service, method, request, metadata=()):
        """The answer of `service` (its full name) to `method`; raises Refused."""
        message, invoke = self.prepare(service, method, request, self.channel.unary_unary)
        try:
            response = invoke(message, timeout=DEADLINE_SECONDS, metadata=metadata)
        except grpc.RpcError as refused:
            raise Refused(refused) from None
        return self.dictionary(response)

    def watch(self, service, method, request, metadata=()):
        """Yields what the server sends, until the caller closes the generator; raises Refused."""
        message, invoke = self.prepare(service, method, request, self.channel.unary_stream)
        answers = invoke(message, metadata=metadata)
        try:
            for response in answers:
                yield self.dictionary(response)
        except grpc.RpcError as refused:
            raise Refused(refused) from None
        finally:
            answers.cancel()

    def is_watched(self, service, method):
        """Whether the method answers with a stream."""
        return self.shape(service, method).server_streaming

    def shape(self, service, method):
        with self.asking:
            return self.pool.FindServiceByName(service).FindMethodByName(method)

    def prepare(self, service, method, request, kind):
        shape = self.shape(service, method)
        with self.asking:
            request_class = message_factory.GetMessageClass(shape.input_type)
            response_class = message_factory.GetMessageClass(shape.output_type)
        message = json_format.ParseDict(request, request_class(), descriptor_pool=self.pool)
        invoke = kind(
            f"/{service}/{method}",
            request_serializer=request_class.SerializeToString,
            response_deserializer=response_class.FromString,
        )
        return message, invoke

    def dictionary(self, message):
        return json_format.MessageToDict(message, preserving_proto_field_name=True, descriptor_pool=self.pool)


class Site:
    """All services of a site: each address is asked which it serves, one for all or one for each."""

    def __init__(self, addresses):
        self.clients = {}
        for client in map(DynamicClient, addresses):
            for service in client.services():
                self.clients.setdefault(service, client)

    def services(self):
        """The full names of all services."""
        return sorted(self.clients)

    def call(self, service, method, request, metadata=()):
        """As of DynamicClient."""
        return self.clients[service].call(service, method, request, metadata)


def add_addresses(parser):
    """The argument that a Site is made of."""
    parser.add_argument(
        "--address",
        required=True,
        action="append",
        help="host:port of a gRPC server; once for each server of the site",
    )

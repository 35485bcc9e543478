internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Hummingbird
internal import JWTKit
internal import Metrics
internal import NIOSSL
internal import ServiceLifecycle
internal import X509

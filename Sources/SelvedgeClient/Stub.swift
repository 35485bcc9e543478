internal import NIOSSL

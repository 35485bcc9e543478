import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import SelvedgeClient
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private let files: CertificateFiles

    init() throws { files = try CertificateFiles() }

    /// A server that asks for a client certificate and notes how many it was shown.
    private func withServer(
        _ change: (inout TLSOptions) -> Void, _ body: (SelvedgeClient, _ shown: () -> Int) async throws -> Void
    ) async throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.server).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.serverKey, format: .pem)))
        configuration.trustRoots = .file(files.authority)
        configuration.certificateVerification = .optionalVerification
        configuration.applicationProtocols = ["selvedge/1"]
        let context = try NIOSSLContext(configuration: configuration)
        let shown = Mutex(0)
        let server = try await FakeServer(secure: { channel in
            let handler = NIOSSLServerHandler(context: context) { chain, promise in
                shown.withLock { $0 += chain.count }
                promise.succeed(.certificateVerified(.init(nil)))
            }
            try channel.pipeline.syncOperations.addHandler(handler)
        }) { connection, frame in
            if frame.kind == Frame.request { connection.echo(frame) }
        }
        var options = try ClientConfiguration(address: "tls://localhost:\(server.port)")
        options.retry = .never
        options.tls.authorityFile = files.authority
        change(&options.tls)
        let client = try SelvedgeClient(configuration: options)
        try await body(client) { shown.withLock(\.self) }
        await client.shutdown(grace: .zero)
        await server.stop()
    }

    @Test func aServerThatTheAuthorityVouchesForIsTaken() async throws {
        try await withServer { _ in
        } _: { client, shown in
            let found = try await client.id(of: "a")
            #expect(found == "a")
            #expect(shown() == 0)
        }
    }

    @Test func theClientShowsItsCertificate() async throws {
        try await withServer {
            $0.certificateFile = files.client
            $0.keyFile = files.clientKey
        } _: { client, shown in
            let found = try await client.id(of: "a")
            #expect(found == "a")
            #expect(shown() == 1)
        }
    }

    @Test func aServerOfAnotherAuthorityIsNotTaken() async throws {
        let other = try CertificateFiles()
        try await withServer {
            $0.authorityFile = other.authority
        } _: { client, _ in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.code == "connect_failed" || error.code == "connection_lost")
            #expect(error.message.contains("TLS"))
        }
    }

    @Test func aServerOfAnotherNameIsNotTaken() async throws {
        try await withServer {
            $0.serverName = "elsewhere.example"
        } _: { client, _ in
            let error = try await error { () throws(SelvedgeError) in try await client.describe() }
            #expect(error.message.contains("TLS"))
        }
    }

    @Test func aCertificateWithoutItsKeyIsRefused() throws {
        var configuration = try ClientConfiguration(address: "tls://localhost:1")
        configuration.tls.certificateFile = files.client
        let error = #expect(throws: SelvedgeError.self) { try SelvedgeClient(configuration: configuration) }
        #expect(error?.field == "tls.keyFile")
    }

    @Test func aKeyOfAnotherCertificateIsRefused() throws {
        var configuration = try ClientConfiguration(address: "tls://localhost:1")
        configuration.tls.certificateFile = files.client
        configuration.tls.keyFile = files.serverKey
        let error = #expect(throws: SelvedgeError.self) { try SelvedgeClient(configuration: configuration) }
        #expect(error?.code == "invalid_configuration")
    }
}

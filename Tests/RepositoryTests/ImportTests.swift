import Testing

/// Who may import whom: the layers of the design.
@Suite struct ImportTests {
    private static let rows: [[String]] = [
        ["LMDB", "Identity", "Scoring", "Wire"],
        ["Stitching", "Offers", "Erasure"],
        ["GraphStore"],
        ["Engine", "Backfill"],
        ["Service", "Console", "SelvedgeClient", "BenchFacade"],
        ["selvedge"],
    ]

    /// What comes from outside, and who alone may have it.
    private static let owners: [String: Set<String>] = [
        "CLMDB": ["LMDB"], "CXXHash": ["LMDB"], "CZlib": ["Backfill"], "CZstd": ["Backfill"],
        "CFileSystem": ["GraphStore"],
        "COpenSSL": ["Identity"], "CPKCS11": ["Identity"], "CIDN2": ["Identity"], "CPhoneNumber": ["Identity"],
        "Yams": ["Identity", "simulate"],
        "ArgumentParser": ["selvedge", "simulate"],
        "JWTKit": ["Service"], "SwiftASN1": ["Service"], "X509": ["Service"],
        "GRPCCore": ["Service"], "GRPCNIOTransportHTTP2Posix": ["Service"],
        "Hummingbird": ["Service"], "HummingbirdCore": ["Service"], "NIOCertificateReloading": ["Service"],
        "CoreMetrics": ["Service"], "Metrics": ["Service"], "Logging": ["Service"],
        "ServiceLifecycle": ["Service"], "UnixSignals": ["Service"],
        // Sockets: the server's and the client's. Wire has buffers for frames, and nothing that opens one.
        "NIOCore": ["Service", "SelvedgeClient", "Wire"], "NIOPosix": ["Service", "SelvedgeClient"],
        "NIOSSL": ["Service", "SelvedgeClient"],
        "SwiftProtobuf": ["Service", "SelvedgeClient", "Wire"],
    ]

    private static let system: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch",
    ]

    private struct Import {
        let place: String
        let importer: String
        let access: String?
        let imported: String
    }

    private let files: [SourceFile]
    private let imports: [Import]

    init() throws {
        files = try Repository().swiftFiles(in: ["Sources", "tools/simulator"])
        imports = files.flatMap { file in
            file.code.enumerated().compactMap { index, line in
                guard line.contains("import"), let match = line.firstMatch(of: Self.pattern) else { return nil }
                return Import(
                    place: "\(file.path):\(index + 1)", importer: file.module ?? "simulate",
                    access: match.1.map(String.init), imported: String(match.2))
            }
        }
    }

    private static var pattern: Regex<(Substring, Substring?, Substring)> {
        /^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|func|protocol|typealias|var|let)\s+)?(\w+)/
    }

    private static func row(of module: String) -> Int? {
        rows.firstIndex { $0.contains(module) }
    }

    private func offences(_ isWrong: (Import) -> Bool) -> [String] {
        imports.filter(isWrong).map { "\($0.place): \($0.importer) imports \($0.imported)" }
    }

    @Test func everyModuleHasARow() throws {
        let modules = Set(files.compactMap(\.module))
        #expect(modules.filter { Self.row(of: $0) == nil }.isEmpty)
        #expect(imports.count > modules.count, "the imports were not read")
    }

    @Test func aModuleImportsOnlyFromLowerRows() {
        let wrong = offences { one in
            guard let from = Self.row(of: one.importer), let to = Self.row(of: one.imported) else { return false }
            return from <= to
        }
        #expect(wrong.isEmpty)
    }

    @Test func theSimulatorKnowsNothingOfTheStore() {
        let wrong = offences { $0.importer == "simulate" && Self.row(of: $0.imported) != nil }
        #expect(wrong.isEmpty)
    }

    @Test func aLibraryHasOneOwner() {
        let wrong = offences { one in
            if Self.row(of: one.imported) != nil || Self.system.contains(one.imported) { return false }
            return Self.owners[one.imported]?.contains(one.importer) != true
        }
        #expect(wrong.isEmpty)
    }

    @Test func everyImportHasAnAccessLevel() {
        let wrong = offences { $0.access == nil }
        #expect(wrong.isEmpty)
    }

    @Test(arguments: [
        "Sources/LMDB/", "Sources/Stitching/", "Sources/Scoring/", "Sources/Offers/", "Sources/GraphStore/Tables/",
    ])
    func whatMustBeLeanHasNoFoundation(folder: String) {
        let wrong = offences { $0.imported == "Foundation" && $0.place.hasPrefix(folder) }
        #expect(wrong.isEmpty)
    }
}

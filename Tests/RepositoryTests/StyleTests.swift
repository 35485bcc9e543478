import Testing

/// What the code does not say.
@Suite struct StyleTests {
    let repository: Repository

    init() throws { repository = try Repository() }

    /// `a!`, `f()!`, `as!`, `try!`, `Type!`; not `!a` and not `a != b`.
    static var forced: Regex<Substring> { /[\w)\]}\x22]\x21(?!=)/ }

    @Test func nothingIsForced() throws {
        let found = try repository.swiftFiles().flatMap { $0.offences(Self.forced, hint: "!") }
        #expect(found.isEmpty)
    }

    @Test func operatingErrorsDoNotTrap() throws {
        let found = try repository.swiftFiles(in: ["Sources"]).flatMap {
            $0.offences(/\bfatalError\s*\(/, hint: "fatalError")
        }
        #expect(found.isEmpty)
    }

    @Test func onlyProgramsPrint() throws {
        let found = try repository.swiftFiles(in: ["Sources"]).filter { $0.module != "selvedge" }
            .flatMap { $0.offences(/(^|[^.\w])(print|debugPrint|dump)\s*\(/) }
        #expect(found.isEmpty)
    }

    /// Where a call of the system takes a pointer: files, terminals and signals; and the bench and gRPC's
    /// messages, which copy raw bytes.
    private static let edges = [
        "Sources/GraphStore/StoreLabel.swift", "Sources/GraphStore/KeySlots/SlotFile.swift",
        "Sources/BenchFacade/BenchStore+Rows.swift",
        // The files of backups: their keys, and rows as raw bytes.
        "Sources/GraphStore/Backup/",
        "Sources/Service/Transports/GRPC/RawMessages.swift",
        "Sources/selvedge/DamageSignals.swift", "Sources/selvedge/StoreOptions.swift",
        "Sources/selvedge/Commands/InitCommand.swift", "Sources/selvedge/Output/",
        // The memory, files and threads under a load's inner loops, which themselves are safe.
        "Sources/Backfill/Memory/",
        // The files that an erasure's scan reads, and its inner loop.
        "Sources/Erasure/Scanning/",
    ]

    @Test func unsafeCodeStaysInItsRooms() throws {
        let rooms: Set<String> = ["LMDB", "Identity", "Backfill"]
        let found = try repository.swiftFiles(in: ["Sources"]).filter { !rooms.contains($0.module ?? "") }
            .filter { file in !file.isGenerated && !Self.edges.contains { file.path.hasPrefix($0) } }
            .flatMap { $0.offences(/\bunsafe\b|\bUnsafe\w*Pointer\b/, hint: "nsafe") }
        #expect(found.isEmpty)
    }

    @Test(arguments: ["Sources/LMDB/Codecs", "Sources/GraphStore/Tables"])
    func codecsWriteBigEndian(folder: String) throws {
        let files = try repository.swiftFiles(in: [folder])
        try #require(!files.isEmpty, "\(folder) holds no codec: was it moved?")
        // One byte has no order.
        let found = files.flatMap { file in
            file.offences(/storeBytes\s*\(|withUnsafeBytes\s*\(\s*of:|littleEndian/) { line in
                line.contains("bigEndian") || line.contains("UInt8.self")
            }
        }
        #expect(found.isEmpty)
    }

    @Test func hashesThatDifferByRunAreNotKept() throws {
        let found =
            try repository
            .swiftFiles(in: [
                "Sources/GraphStore", "Sources/Stitching", "Sources/LMDB", "Sources/Scoring", "Sources/Offers",
            ])
            .flatMap { $0.offences(/\bHasher\s*\(|\.hashValue\b/) }
        #expect(found.isEmpty)
    }
}

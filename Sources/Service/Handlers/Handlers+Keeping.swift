internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SwiftProtobuf
internal import Wire

/// Keeping the store: a copy of it elsewhere, and its identity keys. Role admin.
extension Handlers {
    /// Bytes in one message.
    private static let filePiece = 1 << 20
    /// What a file is called in the store's directory until it is sent; removed by the next where a kill has left it.
    private static let fileMark = ".backup-"
    private static let backupDays: ClosedRange<UInt32> = 1...3_650

    // MARK: Backup

    func backup(_ request: SelvedgeBackupRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        try judge(call, .nothing)
        let act = try act(request.reason, "admin", call)
        let days = request.expiresDays == 0 ? 30 : request.expiresDays
        guard Self.backupDays.contains(days) else {
            throw CallError(invalid: "invalid_expiry", "expires_days is in 1...3650; 0 is 30", field: "expires_days")
        }
        let expires = Timestamp(milliseconds: act.time.milliseconds + Int64(days) * 86_400_000)
        let (engine, turn) = (engine, writer.turn)
        let report = try await pump(stream) { piece in
            SelvedgeBackupResponse.with { $0.piece = piece }
        } from: { (pieces: PieceQueue<Data>) async throws(CallError) in
            try await self.readers.readLong { try Self.backUp(engine, act, expires, turn, to: pieces) }
        }
        let last = SelvedgeBackupResponse.with {
            $0.done = true
            $0.rows = UInt64(report.rows)
            ($0.takenMs, $0.expiresMs) = (report.taken.milliseconds, report.expires.milliseconds)
        }
        try await send(last, stream)
    }

    /// The snapshot is let go before the first byte is sent: who reads slowly holds back no page.
    private static func backUp(
        _ engine: Engine, _ act: PrivacyAct, _ expires: Timestamp, _ turn: WriterTurn, to pieces: PieceQueue<Data>
    ) throws -> BackupReport {
        let keys = try BackupKeys(at: engine.store.backupKeysPath, keyRing: engine.store.keyRing)
        return try sendFile(of: engine, to: pieces) { path in
            try engine.backUp(to: path, act, keys: keys, expires: expires, turn: turn)
        }
    }

    // MARK: The ledger of a restore

    func privacyLedger(
        _ request: SelvedgePrivacyLedgerRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let engine = engine
        let items = try await pump(stream) { piece in
            SelvedgePrivacyLedgerResponse.with { $0.piece = piece }
        } from: { (pieces: PieceQueue<Data>) async throws(CallError) in
            try await self.readers.readLong {
                try Self.sendFile(of: engine, to: pieces) { path in
                    try PrivacyLedger.write(engine.store, to: path, random: SystemRandom())
                }
            }
        }
        let last = SelvedgePrivacyLedgerResponse.with { ($0.done, $0.items) = (true, UInt64(items)) }
        try await send(last, stream)
    }

    /// Has a file written in the store's directory, sends it in pieces, and removes it.
    private static func sendFile<Report>(
        of engine: Engine, to pieces: PieceQueue<Data>, _ write: (String) throws -> Report
    ) throws -> Report {
        let directory = engine.store.directory
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasPrefix(fileMark) {
            // Of a server that was killed: this one names its own.
            guard !name.hasPrefix("\(fileMark)\(getpid())-") else { continue }
            try? FileManager.default.removeItem(atPath: directory + "/" + name)
        }
        let path = "\(directory)/\(fileMark)\(getpid())-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let report = try write(path)
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        while let piece = try file.read(upToCount: filePiece), !piece.isEmpty {
            guard pieces.put(piece) else { throw CancellationError() }
        }
        return report
    }

    // MARK: Keys

    func rotateKeys(
        _ request: SelvedgeRotateKeysRequest, _ stream: MessageStream, _ call: Call
    ) async throws(CallError) {
        try judge(call, .nothing)
        let act = try act(request.reason, "admin", call)
        let worker = erasures
        // Whoever has gone does not stop it: no number of pieces holds it up.
        let report = try await pump(stream, limit: 1_000_000) { (now: RotationProgress) in
            SelvedgeRotateKeysResponse(now)
        } from: { (pieces: PieceQueue<RotationProgress>) async throws(CallError) in
            do { return try await worker.rotate(act) { _ = pieces.put($0) } } catch { throw CallError(store: error) }
        }
        try await send(SelvedgeRotateKeysResponse(report), stream)
    }
}

extension SelvedgeRotateKeysResponse {
    fileprivate init(_ progress: RotationProgress) {
        self.init()
        stage = progress.stage.map { "\($0)" } ?? ""
        (next, end) = (progress.next, progress.end)
    }

    fileprivate init(_ report: RotationReport) {
        self.init()
        done = true
        version = UInt32(report.version)
        profilesChanged = report.profilesChanged
        partitionBefore.sha256 = Data(hexadecimal: report.before.partition)
        partitionAfter.sha256 = Data(hexadecimal: report.after.partition)
        contentBefore.sha256 = Data(hexadecimal: report.before.content)
        contentAfter.sha256 = Data(hexadecimal: report.after.content)
    }
}

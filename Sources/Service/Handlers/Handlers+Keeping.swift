internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import SwiftProtobuf
internal import Wire

/// Keeping the store: a copy of it elsewhere, and its identity keys. Role admin.
extension Handlers {
    /// Bytes in one message.
    private static let backupPiece = 1 << 20
    /// Messages that may wait for a caller who reads slowly.
    private static let backupWindow = 4
    /// What a backup is called in the store's directory until it is sent; removed by the next where a kill has left it.
    private static let backupMark = ".backup-"
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
        let pieces = PieceQueue<Data>(limit: Self.backupWindow)
        async let reading: Result<BackupReport, CallError> = answer { () async throws(CallError) in
            defer { pieces.close() }
            return try await self.readers.read { try Self.backUp(engine, act, expires, turn, to: pieces) }
        }
        let sending = await answer { () async throws(CallError) in
            while let piece = await pieces.next() {
                try await self.send(SelvedgeBackupResponse.with { $0.piece = piece }, stream)
            }
        }
        if case .failure = sending { pieces.giveUp() }
        let read = await reading
        try sending.get()
        let report = try read.get()
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
        let directory = engine.store.directory
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasPrefix(backupMark) {
            // Of a server that was killed: this one names its own.
            guard !name.hasPrefix("\(backupMark)\(getpid())-") else { continue }
            try? FileManager.default.removeItem(atPath: directory + "/" + name)
        }
        let path = "\(directory)/\(backupMark)\(getpid())-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let keys = try BackupKeys(at: engine.store.backupKeysPath, keyRing: engine.store.keyRing)
        let report = try engine.backUp(to: path, act, keys: keys, expires: expires, turn: turn)
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        while let piece = try file.read(upToCount: backupPiece), !piece.isEmpty {
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
        let pieces = PieceQueue<SelvedgeRotateKeysResponse>(limit: 1_000_000)
        let worker = erasures
        async let rotating: Result<RotationReport, CallError> = answer { () async throws(CallError) in
            defer { pieces.close() }
            do {
                return try await worker.rotate(act) { now in
                    // Whoever has gone does not stop it.
                    _ = pieces.put(SelvedgeRotateKeysResponse(now))
                }
            } catch { throw CallError(store: error) }
        }
        let sending = await answer { () async throws(CallError) in
            while let piece = await pieces.next() { try await self.send(piece, stream) }
        }
        if case .failure = sending { pieces.giveUp() }
        let result = await rotating
        try sending.get()
        try await send(SelvedgeRotateKeysResponse(try result.get()), stream)
    }

    private func answer<Value: Sendable>(
        _ body: () async throws(CallError) -> Value
    ) async -> Result<Value, CallError> {
        do throws(CallError) { return .success(try await body()) } catch { return .failure(error) }
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

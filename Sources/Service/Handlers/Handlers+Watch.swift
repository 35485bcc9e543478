internal import Engine
internal import GraphStore
internal import Identity
internal import Stitching
internal import Wire

extension Handlers {
    /// Entries read in one snapshot, and sent in one message.
    private static let feedPiece = 500
    /// How often the store is looked at when there is nothing new.
    private static let feedPause = Duration.milliseconds(100)

    func watch(_ request: SelvedgeWatchRequest, _ stream: MessageStream, _ call: Call) async throws(CallError) {
        let access: AuditedAccess?
        let purpose: UInt8
        if request.hasLook {
            access = try await self.access(request.look, [], call, purpose: request.purpose)
            purpose = 0
        } else {
            access = nil
            purpose = try permitted(request.purpose, call)
        }
        let engine = engine
        var next = request.from
        if next == 0 { next = try await readers.read { try engine.state().feedFirst } }
        var left = request.limit == 0 ? UInt64.max : request.limit
        while true {
            try stillMay(call, request)
            let (from, count) = (next, Int(min(left, UInt64(Self.feedPiece))))
            let moment = now
            let piece = try await readers.read {
                try access.map { try engine.watch(from: from, limit: count, under: $0) }
                    ?? engine.watch(from: from, limit: count, engine.request(purpose, at: moment))
            }
            next = piece.next
            left -= UInt64(piece.entries.count)
            var response = SelvedgeWatchResponse()
            response.entries = piece.entries.map { SelvedgeWatchResponse.Entry($0) }
            response.next = next
            let isLast = left == 0 || piece.isAtEnd && !request.follow
            if isLast || !piece.entries.isEmpty { try await send(response, stream) }
            if isLast { return }
            guard piece.isAtEnd else { continue }
            do {
                try await Task.sleep(for: Self.feedPause)
            } catch { throw CallError(.cancelled, "the call was given up") }
        }
    }

    /// A stream goes on only while its caller may begin it.
    private func stillMay(_ call: Call, _ request: SelvedgeWatchRequest) throws(CallError) {
        try judge(call, .view(purpose: request.purpose, look: request.hasLook))
    }
}

extension SelvedgeWatchResponse.Entry {
    init(_ entry: FeedEntry) {
        self.init()
        sequence = entry.sequence
        kind = entry.kind.description
        timeMs = entry.time.milliseconds
        profileID = entry.profile.description
        others = entry.others.map(\.description)
        purposes = entry.purposes
    }
}

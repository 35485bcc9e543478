internal import Engine
internal import GraphStore
package import Identity
package import NIOCore
internal import Stitching
internal import SwiftProtobuf
package import Wire

/// Short reads of one turn of a thread: one snapshot, taken after the last byte of every call that it answers was read.
package struct Turn: ~Copyable {
    let reading: Reading
    package let now: Timestamp
    /// The last request made, as most calls of a turn are for one purpose.
    var request: ViewRequest?

    package init(_ handlers: Handlers) throws(CallError) {
        do {
            reading = try handlers.engine.reading()
        } catch {
            throw CallError(store: error)
        }
        now = handlers.now
    }
}

extension Handlers {
    /// Answers a short read on the caller's own thread.
    ///
    /// - Parameter ahead: where this call may have been walked with others.
    /// - Returns: the purpose's place in the configuration; nil for one that is not short after all, and is for `answer`:
    ///   nothing was written then.
    package func answerShort(
        _ method: Method, _ message: Span<UInt8>, _ caller: Caller, _ turn: inout Turn, _ ahead: borrowing Ahead,
        into out: inout ByteBuffer
    ) throws(CallError) -> Int? {
        switch method {
        case .score: try scoreShort(message, caller, &turn, into: &out)
        case .decideOffer: try decideShort(message, caller, turn, into: &out)
        default: try resolveShort(method, message, caller, &turn, ahead, into: &out)
        }
    }

    /// Answers a `ResolveRequest` or a `ResolveBatchRequest` on the caller's own thread.
    ///
    /// - Parameter ahead: where this call may have been walked with others.
    /// - Returns: the purpose's place in the configuration; nil for a look past consent, which waits for the audit:
    ///   nothing was written then.
    private func resolveShort(
        _ method: Method, _ message: Span<UInt8>, _ caller: Caller, _ turn: inout Turn, _ ahead: borrowing Ahead,
        into out: inout ByteBuffer
    ) throws(CallError) -> Int? {
        if method == .resolve {
            let query: ResolveQuery
            do throws(ProtoReader.Malformed) {
                query =
                    if let walked = ahead.front { walked.query } else { try ResolveQuery(message, 0..<message.count) }
            } catch { throw Self.malformed }
            if query.hasLook { return nil }
            return try resolve(message, query, caller, &turn, ahead, into: &out)
        }
        let query: ResolveBatchQuery
        do throws(ProtoReader.Malformed) {
            query = try ResolveBatchQuery(message, limit: limits.batch)
        } catch { throw Self.malformed }
        if query.hasLook { return nil }
        return try resolveBatch(message, query, caller, &turn, into: &out)
    }

    private static let malformed = CallError(
        .malformedMessage, "the message is not well-formed; encode it as its .proto file says")

    /// Answers a `ResolveRequest` on the caller's own thread: a `ResolveResponse` is written behind what `out` holds.
    ///
    /// A look past consent is not for this: it waits for the audit.
    /// - Returns: the purpose's place in the configuration.
    /// - Throws: what is wrong with the request; nothing was written then.
    private func resolve(
        _ message: Span<UInt8>, _ query: ResolveQuery, _ caller: Caller, _ turn: inout Turn,
        _ ahead: borrowing Ahead, into out: inout ByteBuffer
    ) throws(CallError) -> Int {
        try checkBudget(caller.budget, at: turn.now)
        let purpose = try purpose(message.extracting(query.purpose), caller, turn.now)
        let request = request(purpose.number, &turn)
        do throws(SubjectError) {
            let (outcome, mark) =
                if let walked = ahead.front {
                    try view(.walked(walked.place, walked.key), ahead.walks, request, turn)
                } else {
                    try view(message, query.subject, request, turn)
                }
            if case .generic = outcome { metrics.answeredGeneric(purpose: purpose.index) }
            try write(outcome, members: query.wantsMembers, mark, caller, turn.now, into: &out)
        } catch {
            throw error.callError
        }
        return purpose.index
    }

    /// Answers a `ResolveBatchRequest` likewise; what is wrong with one subject is said in its place.
    private func resolveBatch(
        _ message: Span<UInt8>, _ query: ResolveBatchQuery, _ caller: Caller, _ turn: inout Turn,
        into out: inout ByteBuffer
    ) throws(CallError) -> Int {
        guard query.count > 0 else { throw CallError(.batchEmpty, "the batch has no subject", field: "subjects") }
        guard query.count <= limits.batch else { throw tooLarge(query.count, field: "subjects") }
        try checkBudget(caller.budget, at: turn.now)
        let purpose = try purpose(message.extracting(query.purpose), caller, turn.now)
        let request = request(purpose.number, &turn)
        out.reserveCapacity(minimumWritableBytes: query.count * 44)
        var generic = 0
        defer { metrics.answeredGeneric(purpose: purpose.index, count: generic) }
        var walks = Walks()
        var asked: [AskedSubject] = []
        var rest = query.subjects[...]
        while !rest.isEmpty {
            let some = rest.prefix(walks.capacity)
            rest = rest.dropFirst(some.count)
            try walk(some, of: message, for: purpose.number, turn, &walks, &asked)
            for subject in asked {
                // Most answers are shorter than 128 bytes, so that their length is one byte.
                let start = out.writerIndex
                out.writeInteger(0x0A00 as UInt16)
                do throws(SubjectError) {
                    let (outcome, mark) = try view(subject, walks, request, turn)
                    if case .generic = outcome { generic += 1 }
                    try write(outcome, members: query.wantsMembers, mark, caller, turn.now, into: &out)
                } catch {
                    guard case .refused(let refusal) = error else { throw error.callError }
                    out.write(refusal)
                }
                out.setResultLength(from: start)
            }
        }
        return purpose.index
    }

    func tooLarge(_ count: Int, field: String) -> CallError {
        CallError(
            .batchTooLarge, "the batch has \(count) items, its limit is \(limits.batch); split it", field: field,
            limit: limits.batch)
    }

    func purpose(
        _ name: Span<UInt8>, _ caller: Caller, _ now: Timestamp
    ) throws(CallError) -> Caller.PurposeEntry {
        for entry in caller.purposes where entry.name.span.isEqual(to: name) {
            guard entry.isPermitted else {
                let demand = AccessDemand.view(purpose: purposeNames[entry.index], look: false)
                try caller.grants.decide(.resolve, demand, at: now).check()
                throw CallError(.internal, "a purpose is refused without a reason")
            }
            return entry
        }
        try caller.grants.admits(.resolve, at: now).check()
        throw unknownPurpose(isGiven: !name.isEmpty)
    }

    func unknownPurpose(isGiven: Bool) -> CallError {
        let names = purposeNames.joined(separator: ", ")
        return isGiven
            ? CallError(.unknownPurpose, "the configuration's purposes are \(names)", field: "purpose")
            : CallError(.missingField, "name a purpose: \(names)", field: "purpose")
    }

    func request(_ number: UInt8, _ turn: inout Turn) -> ViewRequest {
        if let request = turn.request, request.purpose == number { return request }
        let request = engine.request(number, at: turn.now)
        turn.request = request
        return request
    }

    /// What is seen, and a mark of the subject by which generic answers are told apart.
    private func view(
        _ message: Span<UInt8>, _ subject: ResolveQuery.Subject, _ request: borrowing ViewRequest,
        _ turn: borrowing Turn
    ) throws(SubjectError) -> (ViewOutcome, UInt64) {
        switch try key(message, subject) {
        case .identity(let key):
            do {
                return (try turn.reading.view(key, request), key.budgetMark)
            } catch { throw .store(error) }
        case .profile(let id):
            do {
                return (try turn.reading.view(id, request), id.budgetMark)
            } catch { throw .store(error) }
        }
    }

    func write(
        _ outcome: ViewOutcome, members: Bool, _ subject: UInt64, _ caller: Caller, _ now: Timestamp,
        into out: inout ByteBuffer
    ) throws(SubjectError) {
        guard case .profile(let profile) = outcome else {
            caller.budget.count(subject, at: now)
            out.writeProto(field: 1, varint: 2)
            return
        }
        // OUTCOME_PROFILE, and the head of a profile id of 30 bytes.
        out.writeInteger(0x0801_121E as UInt32)
        out.write(engine.profileID(profile.anchor))
        out.writeProto(field: 3, varint: UInt64(profile.members.count))
        guard members else { return }
        do {
            for member in try self.members(of: profile) {
                let bytes: [UInt8] = try member.serializedBytes()
                out.writeProto(field: 4, bytes: bytes)
            }
        } catch { throw .store(error) }
    }
}

extension IdentityKey {
    /// By which budgets tell subjects apart.
    var budgetMark: UInt64 { high ^ low }
}

extension ProfileID {
    /// The same of a view's id.
    var budgetMark: UInt64 { high ^ low }
}

extension Span<UInt8> {
    /// Whether both hold the same bytes.
    @inline(__always)
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}

extension ByteBuffer {
    /// Writes the length of a result over the byte that was left for it; a longer one is moved.
    fileprivate mutating func setResultLength(from start: Int) {
        let length = writerIndex - start - 2
        guard length >= 128 else {
            setInteger(UInt8(length), at: start + 1)
            return
        }
        guard let result = getSlice(at: start + 2, length: length) else { return }
        moveWriterIndex(to: start + 1)
        let copy = ByteBuffer(bytes: result.readableBytesView)
        writeProtoVarint(UInt64(length))
        writeImmutableBuffer(copy)
    }

    fileprivate mutating func write(_ id: ProfileID) {
        var text = InlineArray<30, UInt8>(repeating: 0)
        id.writeText(into: &text)
        func word(_ start: Int, _ count: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in start..<start + count { word = word << 8 | UInt64(text[index]) }
            return word
        }
        reserveCapacity(minimumWritableBytes: ProfileID.textBytes)
        for start in stride(from: 0, to: 24, by: 8) { writeInteger(word(start, 8)) }
        writeInteger(UInt32(truncatingIfNeeded: word(24, 4)))
        writeInteger(UInt16(truncatingIfNeeded: word(28, 2)))
    }

    /// A `ResolveResponse` of a subject that is none.
    fileprivate mutating func write(_ refusal: Refusal) {
        var response = SelvedgeResolveResponse()
        response.outcome = .refused
        response.refusal = SelvedgeRefusal(refusal)
        guard let bytes: [UInt8] = try? response.serializedBytes() else { return }
        writeBytes(bytes)
    }
}

internal import Engine
internal import GraphStore
internal import Identity
internal import NIOCore
internal import Stitching
internal import Wire

/// A subject of a batch.
enum AskedSubject {
    /// At a place of the walks.
    case walked(Int, IdentityKey)
    case profile(ProfileID)
    case refused(Refusal)
}

/// Calls of Resolve that lie one behind the other in a connection's input, walked together before the first is answered.
package struct Ahead: ~Copyable {
    struct Walked: Sendable {
        let query: ResolveQuery
        let key: IdentityKey
        /// Of the walks.
        let place: Int
    }

    var walks: Walks
    /// One for each call, in order; nil: it goes the ordinary way.
    private var calls: [Walked?] = []
    private var next = 0
    /// Of the call that is answered.
    private(set) var front: Walked?

    /// Fewer are not worth the walk.
    package static let fewest = 4

    /// - Parameter capacity: calls that are looked at together; 0: none is.
    package init(capacity: Int) { walks = Walks(capacity: capacity) }

    package var capacity: Int { walks.capacity }

    /// Whether all that were looked at have been answered.
    package var isSpent: Bool { next == calls.count }

    mutating func reset() {
        walks.reset()
        calls.removeAll(keepingCapacity: true)
        next = 0
    }

    mutating func append(_ call: Walked?) { calls.append(call) }

    /// Goes on to the next call.
    package mutating func advance() {
        front = next < calls.count ? calls[next] : nil
        next += 1
    }
}

extension Handlers {
    /// Looks at calls before they are answered, and walks to their components together.
    ///
    /// - Parameters:
    ///   - messages: where the requests of Resolve lie in `bytes`; an empty range for another method's.
    ///   - caller: by whom they are made as far as is known; what it may see is looked at when they are answered.
    package func look(
        ahead: inout Ahead, _ messages: [Range<Int>], _ bytes: Span<UInt8>, _ caller: Caller, _ turn: borrowing Turn
    ) {
        ahead.reset()
        for range in messages {
            let place = range.isEmpty ? nil : walked(bytes.extracting(range), caller, &ahead)
            ahead.append(place)
        }
        // What goes wrong here goes wrong again where the call is answered, and is said there.
        if (try? turn.reading.walk(&ahead.walks)) == nil { ahead.reset() }
    }

    private func walked(_ message: Span<UInt8>, _ caller: Caller, _ ahead: inout Ahead) -> Ahead.Walked? {
        guard !ahead.walks.isFull, let query = try? ResolveQuery(message, 0..<message.count), !query.hasLook,
            let purpose = caller.purposes.first(where: { $0.name.span.isEqual(to: message.extracting(query.purpose)) }),
            purpose.isPermitted, case .identity(let key)? = try? key(message, query.subject)
        else { return nil }
        return Ahead.Walked(query: query, key: key, place: ahead.walks.add(key, for: purpose.number))
    }

    /// Walks to the components of some subjects of a batch together.
    func walk(
        _ subjects: ArraySlice<ResolveQuery.Subject>, of message: Span<UInt8>, for purpose: UInt8,
        _ turn: borrowing Turn, _ walks: inout Walks, _ asked: inout [AskedSubject]
    ) throws(CallError) {
        walks.reset()
        asked.removeAll(keepingCapacity: true)
        for subject in subjects {
            do throws(SubjectError) {
                switch try key(message, subject) {
                case .identity(let key): asked.append(.walked(walks.add(key, for: purpose), key))
                case .profile(let id): asked.append(.profile(id))
                }
            } catch {
                guard case .refused(let refusal) = error else { throw error.callError }
                asked.append(.refused(refusal))
            }
        }
        do {
            try turn.reading.walk(&walks)
        } catch { throw CallError(store: error) }
    }

    /// What is seen, and a mark of the subject by which generic answers are told apart.
    func view(
        _ subject: AskedSubject, _ walks: borrowing Walks, _ request: borrowing ViewRequest, _ turn: borrowing Turn
    ) throws(SubjectError) -> (ViewOutcome, UInt64) {
        do {
            switch subject {
            case .walked(let place, let key):
                return (try turn.reading.view(at: place, of: walks, request), key.budgetMark)
            case .profile(let id): return (try turn.reading.view(id, request), id.budgetMark)
            case .refused(let refusal): throw SubjectError.refused(refusal)
            }
        } catch let error as SubjectError { throw error } catch { throw .store(error) }
    }
}

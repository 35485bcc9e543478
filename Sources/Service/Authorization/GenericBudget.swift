internal import Identity
internal import Synchronization
internal import Wire

/// The budgets of all principals, by name.
///
/// At most 10,000: a name beyond that is refused. Memory in the worst case, all of them counting: 320 MB; a principal that asks
/// for what is known costs a hundred bytes.
final class GenericBudget: Sendable {
    static let maximumPrincipals = 10_000

    fileprivate struct State {
        var budgets: [String: PrincipalBudget] = [:]
        /// When room was last looked for.
        var swept = Timestamp(milliseconds: .min)
    }

    private let state = Mutex(State())

    /// Throws `generic_budget` where there are too many principals.
    func budget(name: String, limit: Int, at now: Timestamp) throws(CallError) -> PrincipalBudget {
        let found = state.withLock { state -> PrincipalBudget? in
            if let held = state.budgets[name] { return held }
            if state.budgets.count >= Self.maximumPrincipals { state.makeRoom(at: now) }
            guard state.budgets.count < Self.maximumPrincipals else { return nil }
            let new = PrincipalBudget(limit: limit)
            state.budgets[name] = new
            return new
        }
        guard let found else {
            throw CallError(
                .genericBudget, "too many principals are at work: try again when others have left",
                limit: Self.maximumPrincipals, retryAfter: 60_000)
        }
        found.setLimit(limit)
        return found
    }

    /// The limits of a new policy.
    func setLimits(_ limit: (String) -> Int) {
        state.withLock { state in
            for (name, budget) in state.budgets { budget.setLimit(limit(name)) }
        }
    }
}

extension GenericBudget.State {
    /// Removes those that nobody holds and that have counted nothing in this hour; looks once a second, as it looks at all.
    fileprivate mutating func makeRoom(at now: Timestamp) {
        guard now.milliseconds / 1_000 != swept.milliseconds / 1_000 else { return }
        swept = now
        var idle: [String] = []
        var index = budgets.values.startIndex
        while index != budgets.values.endIndex {
            if isKnownUniquelyReferenced(&budgets.values[index]), budgets.values[index].isIdle(at: now) {
                idle.append(budgets.keys[index])
            }
            index = budgets.values.index(after: index)
        }
        for name in idle { budgets[name] = nil }
    }
}

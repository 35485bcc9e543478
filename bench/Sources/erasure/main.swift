internal import BenchFacade
internal import Foundation
internal import Traffic

/// Erasure on a store of a million identifiers, or as many as the first argument says, while one thread resolves.
///
/// Prints: the fence's median and 99th percentile of a thousand; how long erasures take up to the deletion; the whole erasure of
/// a profile of 50 identifiers, its scrub included; table entries that a scrub copies a second; a resolve's 99th percentile
/// alone and during each; what opening a sealed record takes beside reading its row.
struct ErasureBench {
    private let store: BenchStore
    private var traffic = Traffic()
    private let large = 50

    init(directory: String, identifiers: Int) throws {
        try BenchStore.createForErasure(directory: directory)
        store = try BenchStore(directory: directory)
        while try store.size().identifiers < identifiers {
            try store.record(traffic.group(newIdentifiers: 20_000).observations)
        }
        try store.record(
            (1..<large).map { number in
                BenchStore.Observation(
                    source: "web", milliseconds: 1_760_000_000_000,
                    identifiers: [("email", "large@example.com"), ("cookie", "large-\(number)")])
            })
        for start in stride(from: 0, to: 100_000, by: 5_000) {
            try store.record(
                (start..<start + 5_000).map { number in
                    let name = String(mix(UInt64(number)), radix: 36)
                    let attributes =
                        #"{"given_name":"\#(name.prefix(5))","family_name":"\#(name.dropFirst(5))","country":"DE"}"#
                    return BenchStore.Observation(
                        source: "crm", milliseconds: 1_760_000_000_000, recordID: "r\(number)",
                        identifiers: [("email", "row\(number)@example.com")], attributes: Array(attributes.utf8))
                })
        }
    }

    func run() throws {
        let size = try store.size()
        print("\(size.identifiers) identifiers, \(size.bytes >> 20) MiB")
        try sealedReads()
        let alone = try Resolver.during(store, traffic.people) { Thread.sleep(forTimeInterval: 5) }
        print("resolve alone: p99 \(alone)")
        try fences()
        try whole()
    }

    private func sealedReads() throws {
        for (most, isAtHand) in [(10_000, true), (100_000, true), (100_000, false)] {
            _ = try store.readRecords(most, opens: true)
            // Read plainly and opened in turns: other work on the machine falls on both, and the median is of their differences.
            var extras: [Duration] = []
            for _ in 0..<15 {
                let plain = try store.readRecords(most, opens: false)
                if !isAtHand { try store.forgetKeys() }
                let sealed = try store.readRecords(most, opens: true)
                extras.append((sealed.time - plain.time) / sealed.records)
            }
            extras.sort()
            print(
                "sealed read: median \(extras[7]), \(extras[0]) to \(extras[14]), above a row that is read, of \(most) records,",
                isAtHand ? "keys at hand" : "each key unwrapped first")
        }
    }

    private func fences() throws {
        var fences: [Duration] = []
        let fencing = try Resolver.during(store, traffic.people) {
            for number in 0..<1_000 { fences.append(try store.fence(email: email(number))) }
        }
        fences.sort()
        print("fence: median \(fences[500]), p99 \(fences[990]); resolve meanwhile: p99 \(fencing)")
        var deletions: [Duration] = []
        let deleting = try Resolver.during(store, traffic.people) {
            for number in 1_000..<1_020 { deletions.append(try store.erase(email: email(number))) }
        }
        deletions.sort()
        print("to the deletion: median \(deletions[10]), longest \(deletions[19]); resolve meanwhile: p99 \(deleting)")
    }

    private func email(_ number: Int) -> String { Traffic.email(mix(UInt64(number)) % traffic.people) }

    private func whole() throws {
        let members = try store.resolve(email: "large@example.com")
        let start = ContinuousClock.now
        var rows = 0
        var copying = Duration.zero
        let resolving = try Resolver.during(store, traffic.people) {
            _ = try store.erase(email: "large@example.com")
            (rows, copying, _) = try store.scrub()
        }
        let seconds = copying / .seconds(1)
        print("erasure of \(members) identifiers with its scrub: \(start.duration(to: .now))")
        print(
            "scrub: \(rows) table entries, \(Int(Double(rows) / seconds)) a second; resolve meanwhile: p99 \(resolving)"
        )
    }
}

/// Resolves on a thread of its own for as long as something lasts.
enum Resolver {
    private final class Times: @unchecked Sendable {
        // Written by one thread, read once that has ended.
        var nanoseconds: [UInt64] = []
        let lock = NSLock()
        var isOver = false
    }

    /// The 99th percentile of a resolve meanwhile.
    static func during(_ store: BenchStore, _ people: UInt64, _ body: () throws -> Void) throws -> Duration {
        let times = Times()
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) let store = store
        Thread.detachNewThread {
            var number: UInt64 = 0
            while !times.lock.withLock({ times.isOver }) {
                number &+= 1
                let start = DispatchTime.now().uptimeNanoseconds
                _ = try? store.resolve(email: Traffic.email(mix(number) % people))
                times.nanoseconds.append(DispatchTime.now().uptimeNanoseconds - start)
            }
            done.signal()
        }
        let result = Result { try body() }
        times.lock.withLock { times.isOver = true }
        done.wait()
        try result.get()
        times.nanoseconds.sort()
        return .nanoseconds(Int64(times.nanoseconds[times.nanoseconds.count * 99 / 100]))
    }
}

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let directory = FileManager.default.temporaryDirectory.path + "/selvedge-erasure-\(getpid())"
defer { try? FileManager.default.removeItem(atPath: directory) }
try ErasureBench(directory: directory, identifiers: count).run()

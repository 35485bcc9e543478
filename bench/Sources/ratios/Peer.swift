internal import BenchFacade
internal import CPeer

/// The C program's environment.
final class Peer {
    private let pointer: OpaquePointer
    private var nextKey: UInt64 = 0

    init(directory: String) throws {
        guard let opened = peer_open(directory) else { throw Failure("the peer cannot open \(directory)") }
        pointer = opened
    }

    deinit { peer_close(pointer) }

    /// Gives the peer the rows that the store has now.
    func load(from store: BenchStore) throws {
        var code = peer_load_begin(pointer)
        try store.forEachIdentifier { high, low, node in
            if code == 0 { code = peer_load_key(pointer, high, low, node) }
        }
        try store.forEachNode { node, root, value in
            if code == 0 { code = peer_load_node(pointer, node, root, value.baseAddress, value.count) }
        }
        if code == 0 { code = peer_load_end(pointer) }
        guard code == 0 else { throw Failure("the peer cannot load: \(code)") }
    }

    func resolve(_ keys: [UInt64], renewing: Bool) throws {
        let sum = peer_resolve(pointer, keys, keys.count / 2, renewing ? 1 : 0)
        guard sum != 0 else { throw Failure("the peer misses a key") }
    }

    func put(_ count: Int) throws {
        let code = peer_put(pointer, nextKey, count)
        guard code == 0 else { throw Failure("the peer cannot put: \(code)") }
        nextKey += UInt64(count)
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

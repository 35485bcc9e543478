package import Engine
internal import GraphStore
package import Identity

/// Stores of the same keys, whose digests can be compared; they last as long as the value.
package final class SharedKeys {
    package let configuration: Configuration
    private let directory: TemporaryDirectory
    private var first: String?
    private var count = 0

    package init(_ yaml: String) throws {
        configuration = try Configuration(yaml: yaml, file: "test")
        directory = try TemporaryDirectory()
    }

    /// The path of one more store, made and not opened.
    package func makeStore() throws -> String {
        count += 1
        let path = "\(directory.path)/store-\(count)"
        try Store.create(
            directory: path, configuration: configuration, keyFile: nil, keysOf: first, random: SystemRandom(),
            options: TemporaryStore.options)
        first = first ?? path
        return path
    }

    package func open(_ path: String) throws -> Engine {
        try Engine(directory: path, mode: .write(program: "tests"), options: TemporaryStore.options)
    }

    /// One more store, empty.
    package func graph() throws -> TestGraph { TestGraph(try open(try makeStore()), configuration) }
}

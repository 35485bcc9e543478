internal import GraphStore
internal import LMDB

extension Engine {
    /// How large the store is and who reads it; nothing of it is read.
    package func space() throws -> StoreStatistics.Space {
        let info = try store.environment.info()
        return StoreStatistics.Space(
            mapBytes: info.mapSize, fileBytes: info.fileSize, usedBytes: info.usedSize, readers: info.readers,
            oldestReaderLag: info.oldestReaderLag, lastTransaction: info.lastTransaction)
    }
}

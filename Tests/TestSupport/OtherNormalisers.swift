internal import GraphStore
internal import LMDB

/// Makes a store say that it was made with other normalisers than this machine's. Nobody may have it open.
package func giveOtherNormalisers(_ directory: String) throws {
    let environment = try Environment(directory: directory + "/gen-1", tables: Tables.all)
    try environment.write { try $0.put(Tables.meta, MetaKey(.normalisers), Array("email 0; phone 0".utf8)) }
}

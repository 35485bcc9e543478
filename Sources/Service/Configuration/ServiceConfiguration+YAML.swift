package import Identity

extension ServiceConfiguration {
    private static let keys = [
        "decoy_refresh", "grpc_listen", "http_listen", "limits", "listen", "log", "policy", "sweep_interval", "threads",
        "tls",
    ]

    /// Reads a configuration, over the defaults; `file` is what errors call it. Paths in it are relative to `folder`.
    package init(yaml: String, file: String, folder: String) throws(ConfigurationError) {
        self.file = file
        guard let root = try ConfigurationNode.parse(yaml: yaml, file: file) else { return }
        let fields = try root.fields(Self.keys)
        for (name, node) in fields { places[name] = Place(line: node.line, column: node.column) }
        if let node = fields["listen"] { listen = try Self.address(node) }
        if let node = fields["grpc_listen"] { grpcListen = try Self.optionalAddress(node) }
        if let node = fields["http_listen"] { httpListen = try Self.optionalAddress(node) }
        if let node = fields["tls"] { tls = try TLSFiles(node, folder: folder) }
        if let node = fields["policy"] { policy = try node.path(in: folder) }
        if let node = fields["limits"] { limits = try ServiceLimits(node) }
        if let node = fields["threads"] { threads = try node.integer(in: 1...256) }
        if let node = fields["decoy_refresh"] {
            decoyRefresh = try node.duration(in: .seconds(1) ... .seconds(86_400))
        }
        if let node = fields["sweep_interval"] {
            sweepInterval = try node.duration(in: .seconds(1) ... .seconds(86_400))
        }
        if let node = fields["log"] { log = try LogSettings(node) }
    }

    private static func address(_ node: ConfigurationNode) throws(ConfigurationError) -> ListenAddress {
        let text = try node.text()
        guard let address = ListenAddress(text) else { throw node.error("\"\(text)\" is not \(ListenAddress.rule)") }
        return address
    }

    private static func optionalAddress(_ node: ConfigurationNode) throws(ConfigurationError) -> ListenAddress? {
        node.scalar == "none" ? nil : try address(node)
    }
}

extension TLSFiles {
    fileprivate init(_ node: ConfigurationNode, folder: String) throws(ConfigurationError) {
        let fields = try node.fields(["certificate", "client_ca", "key"])
        guard let certificate = fields["certificate"], let key = fields["key"] else {
            throw node.error("takes both certificate and key, each the path of a PEM file")
        }
        self.certificate = try certificate.path(in: folder)
        self.key = try key.path(in: folder)
        clientCA = try fields["client_ca"]?.path(in: folder)
    }
}

extension LogSettings {
    fileprivate init(_ node: ConfigurationNode) throws(ConfigurationError) {
        let fields = try node.fields(["format", "level"])
        if let node = fields["level"] { level = try node.choice() }
        if let node = fields["format"] { format = try node.choice() }
    }
}

extension ConfigurationNode {
    /// The path of a file; a relative one begins at `folder`.
    fileprivate func path(in folder: String) throws(ConfigurationError) -> String {
        let text = try text()
        guard !text.isEmpty else { throw error("must be the path of a file") }
        return text.hasPrefix("/") || folder.isEmpty ? text : folder + "/" + text
    }
}

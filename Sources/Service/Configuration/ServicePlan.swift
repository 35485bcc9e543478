package import Identity

/// How a server runs: a configuration that was looked at and may be run.
package struct ServicePlan: Sendable {
    package enum Access: Hashable, Sendable {
        /// Who may do what is in a file.
        case policy(path: String)
        /// Everybody on this machine may do everything.
        case insecureLoopback
    }

    package let wire: ListenAddress
    package let grpc: ListenAddress?
    package let http: ListenAddress?
    package let tls: TLSFiles?
    package let access: Access
    package let limits: ServiceLimits
    package let threads: Int
    package let decoyRefresh: Duration
    package let sweepInterval: Duration
    package let log: LogSettings

    /// - Parameters:
    ///   - insecureLoopback: callers are not asked who they are.
    ///   - processors: how many this machine has.
    package init(
        _ configuration: ServiceConfiguration, insecureLoopback: Bool, processors: Int
    ) throws(ConfigurationError) {
        access = try Self.access(configuration, insecureLoopback)
        try Self.checkAddresses(configuration, insecureLoopback)
        wire = configuration.listen
        grpc = configuration.grpcListen
        http = configuration.httpListen
        tls = configuration.tls
        limits = configuration.limits
        threads = configuration.threads ?? max(1, processors)
        decoyRefresh = configuration.decoyRefresh
        sweepInterval = configuration.sweepInterval
        log = configuration.log
    }

    private static func access(
        _ configuration: ServiceConfiguration, _ insecureLoopback: Bool
    ) throws(ConfigurationError) -> Access {
        switch (configuration.policy, insecureLoopback) {
        case (let path?, false): return .policy(path: path)
        case (nil, true): return .insecureLoopback
        case (_?, true):
            throw configuration.error(
                "policy", "and --insecure-loopback contradict each other: leave one of them out")
        case (nil, false):
            throw configuration.error(
                "policy",
                "is missing, and without it nobody may do anything. Write `policy: policy.yaml` into "
                    + "\(configuration.file) and give it with --config; the least policy.yaml is\n"
                    + "  certificates: {trust_domain: shop.example}\n  principals:\n"
                    + "    - {id: spiffe://shop.example/web, roles: [resolve], purposes: [service]}\n"
                    + "Or, to try it on this machine alone, start it with --insecure-loopback")
        }
    }

    /// Off this machine only TLS; without knowing callers only this machine.
    private static func checkAddresses(
        _ configuration: ServiceConfiguration, _ insecureLoopback: Bool
    ) throws(ConfigurationError) {
        let addresses: [(ListenField, ListenAddress?)] = [
            (.wire, configuration.listen), (.grpc, configuration.grpcListen), (.http, configuration.httpListen),
        ]
        var seen: [ListenAddress: ListenField] = [:]
        for (field, address) in addresses {
            guard let address else { continue }
            if case .tcp(_, 0) = address {
            } else if let other = seen.updateValue(field, forKey: address) {
                throw configuration.error(
                    field.rawValue, "\(address) is that of \(other.rawValue) too; give it another")
            }
            if address.isLoopback { continue }
            guard !insecureLoopback else {
                throw configuration.error(
                    field.rawValue,
                    "\(address) can be reached from other machines, and --insecure-loopback serves this one "
                        + "alone: listen on 127.0.0.1, ::1 or a Unix socket, or write a policy")
            }
            guard field == .http || configuration.tls != nil else {
                throw configuration.error(
                    field.rawValue,
                    "\(address) can be reached from other machines, which takes TLS: write `tls: "
                        + "{certificate: FILE, key: FILE}`, or listen on 127.0.0.1, ::1 or a Unix socket")
            }
        }
    }
}

extension ServiceConfiguration {
    /// An error at a field: with its place in the file where it was written there.
    func error(_ field: String, _ problem: String) -> ConfigurationError {
        let place = places[field]
        let isListen = ListenField(rawValue: field).map { place == nil ? $0.option : $0.rawValue }
        return ConfigurationError(
            file: file, line: place?.line ?? 0, column: place?.column ?? 0, key: isListen ?? field, problem: problem)
    }
}

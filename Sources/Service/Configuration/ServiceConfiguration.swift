package import Identity

/// How a server is to run, as it was written down: `serve.yaml` and the command line over it. What may be run is a
/// `ServicePlan`.
package struct ServiceConfiguration: Sendable {
    /// The wire protocol.
    package var listen = ListenAddress.tcp(host: "127.0.0.1", port: 7_420)
    /// gRPC; nil: not served.
    package var grpcListen: ListenAddress? = .tcp(host: "127.0.0.1", port: 7_421)
    /// Metrics and health; nil: not served.
    package var httpListen: ListenAddress? = .tcp(host: "127.0.0.1", port: 7_422)
    package var tls: TLSFiles?
    /// The file that says who may do what.
    package var policy: String?
    package var limits = ServiceLimits()
    /// Threads that answer calls; nil: one for each processor.
    package var threads: Int?
    /// How often decoys are looked for anew, so that an unknown identifier costs what a hidden one does.
    package var decoyRefresh = Duration.seconds(300)
    /// How often the store's clock is moved to the present, which hides what has expired.
    package var sweepInterval = Duration.seconds(3_600)
    package var log = LogSettings()

    /// What errors call the file.
    var file = "serve.yaml"
    /// Where a field was written: its line and column, or the option of the command line.
    var places: [String: Place] = [:]

    struct Place: Hashable, Sendable {
        var line: Int
        var column: Int
    }

    package init() {}
}

/// A server's certificate and how it knows its callers'.
package struct TLSFiles: Hashable, Sendable {
    /// PEM, the leaf first.
    package var certificate: String
    /// PEM.
    package var key: String
    /// PEM: whom callers' certificates must come from; nil: they are not asked for one.
    package var clientCA: String?

    package init(certificate: String, key: String, clientCA: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientCA = clientCA
    }
}

package struct LogSettings: Hashable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case json, text
    }

    package var level = LogLevel.info
    package var format = Format.json

    package init() {}
}

extension ServiceConfiguration {
    /// An option of the command line in the place of a field; `none` where the field allows it.
    package mutating func set(_ field: ListenField, to text: String) throws(ConfigurationError) {
        let address = ListenAddress(text)
        guard address != nil || (text == "none" && field != .wire) else {
            throw ConfigurationError(
                file: "command line", line: 0, column: 0, key: field.option,
                problem: "\"\(text)\" is not \(ListenAddress.rule)\(field == .wire ? "" : ", or none")")
        }
        places[field.rawValue] = nil
        switch field {
        case .wire: listen = address ?? listen
        case .grpc: grpcListen = address
        case .http: httpListen = address
        }
    }
}

/// The three ways in, by their names in a configuration file.
package enum ListenField: String, CaseIterable, Sendable {
    case wire = "listen"
    case grpc = "grpc_listen"
    case http = "http_listen"

    var option: String { "--" + rawValue.replacing("_", with: "-") }
}

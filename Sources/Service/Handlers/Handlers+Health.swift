internal import Wire

extension Handlers {
    /// The services that the health check knows.
    static let services = Set(Method.allCases.map(\.service)).union([""])

    func health(_ request: GRPCHealthCheckRequest, isServing: Bool) throws(CallError) -> GRPCHealthCheckResponse {
        guard Self.services.contains(request.service) else {
            throw CallError(.unknownRecord, "no such service", field: "service")
        }
        var response = GRPCHealthCheckResponse()
        response.status = isServing ? .serving : .notServing
        return response
    }
}

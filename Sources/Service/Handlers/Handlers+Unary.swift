package import NIOCore
internal import Wire

extension Handlers {
    /// Answers a unary call that waits for the writer, the audit or a long read.
    package func answer(_ message: ByteBuffer, _ call: Call) async throws(CallError) -> ByteBuffer {
        switch call.method {
        case .resolve: try encode(try await look(try decode(message, as: SelvedgeResolveRequest.self), call))
        case .resolveBatch: try encode(try await look(try decode(message, as: SelvedgeResolveBatchRequest.self), call))
        case .explain: try encode(try await explain(try decode(message), call))
        case .simulate: try encode(try await simulate(try decode(message), call))
        case .record: try encode(try await record(try decode(message), call))
        case .retract: try encode(try await retract(try decode(message), call))
        case .assert: try encode(try await assert(try decode(message), call))
        case .decide: try encode(try await decide(try decode(message), call))
        case .consentCheck: try encode(try await check(try decode(message), call))
        case .ledger: try encode(try await ledger(try decode(message), call))
        case .prove: try encode(try await prove(try decode(message), call))
        case .describe: try encode(try await describe(try decode(message), call))
        case .key: try encode(try await key(try decode(message), call))
        case .requestErasure: try encode(try await requestErasure(try decode(message), call))
        case .planErasure: try encode(try await planErasure(try decode(message), call))
        case .approve: try encode(try await approve(try decode(message), call))
        case .reject: try encode(try await reject(try decode(message), call))
        case .erasureStatus: try encode(try await erasureStatus(try decode(message), call))
        case .certificate: try encode(try await certificate(try decode(message), call))
        case .restrict: try encode(try await restrict(try decode(message), call))
        case .object: try encode(try await object(try decode(message), call))
        case .lift: try encode(try await lift(try decode(message), call))
        case .readmit: try encode(try await readmit(try decode(message), call))
        case .score: try encode(try await score(try decode(message), call))
        case .decideOffer: try encode(try await decideOffer(try decode(message), call))
        case .offerOutcome: try encode(try await offerOutcome(try decode(message), call))
        case .loadOffers: try encode(try await loadOffers(try decode(message), call))
        case .search: try encode(try await search(try decode(message), call))
        case .listModels: try encode(try await listModels(try decode(message), call))
        case .compareRecords: try encode(try await compareRecords(try decode(message), call))
        case .review: try encode(try await review(try decode(message), call))
        case .showKeys: try encode(try await showKeys(try decode(message), call))
        case .showOffers: try encode(try await showOffers(try decode(message), call))
        default: throw CallError(.unknownMethod, "\(call.method) is not a unary method")
        }
    }

    /// Serves a stream until it ends.
    package func serve(_ stream: MessageStream, _ call: Call) async throws(CallError) {
        switch call.method {
        case .recordStream: try await recordStream(stream, call)
        case .watch: try await watch(try await first(of: stream), stream, call)
        case .stats: try await stats(try await first(of: stream), stream, call)
        case .digest: try await digest(try await first(of: stream), stream, call)
        case .check: try await integrity(try await first(of: stream), stream, call)
        case .clusters: try await clusters(try await first(of: stream), stream, call)
        case .sweep: try await sweep(try await first(of: stream), stream, call)
        case .purge: try await purge(try await first(of: stream), stream, call)
        case .backup: try await backup(try await first(of: stream), stream, call)
        case .rotateKeys: try await rotateKeys(try await first(of: stream), stream, call)
        case .listErasures: try await listErasures(try await first(of: stream), stream, call)
        case .access: try await subjectAccess(try await first(of: stream), stream, call)
        case .showModel: try await showModel(try await first(of: stream), stream, call)
        case .trainLinkage: try await trainLinkage(try await first(of: stream), stream, call)
        case .link: try await link(try await first(of: stream), stream, call)
        case .listReviews: try await listReviews(try await first(of: stream), stream, call)
        case .trainScores: try await trainScores(try await first(of: stream), stream, call)
        case .export: try await export(try await first(of: stream), stream, call)
        case .repartition: try await repartition(try await first(of: stream), stream, call)
        case .listAudit: try await listAudit(try await first(of: stream), stream, call)
        case .verifyAudit: try await verifyAudit(try await first(of: stream), stream, call)
        case .privacyLedger: try await privacyLedger(try await first(of: stream), stream, call)
        case .offerReport: try await offerReport(try await first(of: stream), stream, call)
        case .scrub: try await scrub(try await first(of: stream), stream, call)
        default: throw CallError(.unknownMethod, "\(call.method) is not a stream")
        }
    }
}

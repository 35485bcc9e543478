/// Messages that name a person, or bear a token, print nothing of what they hold. Their own text form would print it all.
private let redacted = "<redacted>"

// The generated conformances take these in the place of SwiftProtobuf's own.
extension SelvedgeIdentifier { public var debugDescription: String { redacted } }
extension SelvedgeRecordName { public var debugDescription: String { redacted } }
extension SelvedgeSubject { public var debugDescription: String { redacted } }
extension SelvedgeLook { public var debugDescription: String { redacted } }
extension SelvedgeMember { public var debugDescription: String { redacted } }
extension SelvedgePurposeView { public var debugDescription: String { redacted } }
extension SelvedgeObservation { public var debugDescription: String { redacted } }
extension SelvedgeResolveRequest { public var debugDescription: String { redacted } }
extension SelvedgeResolveResponse { public var debugDescription: String { redacted } }
extension SelvedgeResolveBatchRequest { public var debugDescription: String { redacted } }
extension SelvedgeResolveBatchResponse { public var debugDescription: String { redacted } }
extension SelvedgeExplainRequest { public var debugDescription: String { redacted } }
extension SelvedgeExplainResponse { public var debugDescription: String { redacted } }
extension SelvedgeSimulateRequest { public var debugDescription: String { redacted } }
extension SelvedgeRecordRequest { public var debugDescription: String { redacted } }
extension SelvedgeRecordStreamRequest { public var debugDescription: String { redacted } }
extension SelvedgeRetractRequest { public var debugDescription: String { redacted } }
extension SelvedgeAssertRequest { public var debugDescription: String { redacted } }
extension SelvedgeDecideRequest { public var debugDescription: String { redacted } }
extension SelvedgeConsentCheckRequest { public var debugDescription: String { redacted } }
extension SelvedgeConsentCheckResponse { public var debugDescription: String { redacted } }
extension SelvedgeLedgerRequest { public var debugDescription: String { redacted } }
extension SelvedgeLedgerResponse { public var debugDescription: String { redacted } }
extension SelvedgeProveRequest { public var debugDescription: String { redacted } }
extension SelvedgeProveResponse { public var debugDescription: String { redacted } }
extension SelvedgeKeyRequest { public var debugDescription: String { redacted } }
extension SelvedgeKeyResponse { public var debugDescription: String { redacted } }
extension SelvedgeClustersRequest { public var debugDescription: String { redacted } }
extension SelvedgeClustersResponse { public var debugDescription: String { redacted } }
extension SelvedgeClustersResponse.Row { public var debugDescription: String { redacted } }
extension SelvedgeClientHello { public var debugDescription: String { redacted } }
extension SelvedgeAuthenticateRequest { public var debugDescription: String { redacted } }

internal import SelvedgeClient

/// A load has a recorder of another kind; this one sends batches to a server.
typealias StreamRecorder = Recorder

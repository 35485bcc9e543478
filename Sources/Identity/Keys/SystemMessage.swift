internal import Glibc

/// The system's words for an errno value.
func systemMessage(_ code: Int32) -> String {
    // Sound: strerror returns a terminated string that lives until the thread's next call, and it is copied at once.
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
}

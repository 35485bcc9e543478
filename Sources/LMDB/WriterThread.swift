internal import Glibc

/// One thread that takes submitted jobs, in order and in groups, to a handler: the place of group commit.
///
/// The queue is bounded: `submit` waits while it is full. A job that was accepted is handled, also when `stop()`
/// comes between.
package final class WriterThread<Job: Sendable>: Sendable {
    private let queue: JobQueue<Job>
    private let thread: JoinedThread

    /// `handler` gets 1 to `groupLimit` jobs at a time, on the thread of its own; `capacity` is in jobs.
    package init(
        capacity: Int = 65_536, groupLimit: Int = 10_000, handler: @escaping @Sendable ([Job]) -> Void
    ) throws(LMDBError) {
        let queue = JobQueue<Job>(capacity: capacity, groupLimit: groupLimit)
        self.queue = queue
        thread = try JoinedThread {
            while let group = queue.nextGroup() { handler(group) }
        }
    }

    deinit { stop() }

    /// Waits for room, then enqueues. False when the thread has been stopped: the job was not taken.
    @discardableResult
    package func submit(_ job: Job) -> Bool { queue.append(job) }

    /// Takes no further job, handles those that are queued, ends the thread. Must not be called from the handler.
    package func stop() {
        guard queue.close() else { return }
        thread.join()
    }
}

/// A bounded queue between many producers and one consumer.
@safe
private final class JobQueue<Job: Sendable>: @unchecked Sendable {
    private let capacity: Int
    private let groupLimit: Int
    private var jobs: [Job] = []
    private var isClosed = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let hasJobs = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let hasRoom = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(capacity: Int, groupLimit: Int) {
        precondition(capacity > 0 && groupLimit > 0, "a queue without room")
        self.capacity = capacity
        self.groupLimit = groupLimit
        // Sound: allocated above, at a fixed address until `deinit`.
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(hasJobs, nil)
        unsafe pthread_cond_init(hasRoom, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(hasRoom)
        unsafe pthread_cond_destroy(hasJobs)
        unsafe pthread_mutex_destroy(mutex)
        unsafe hasRoom.deallocate()
        unsafe hasJobs.deallocate()
        unsafe mutex.deallocate()
    }

    func append(_ job: Job) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while jobs.count >= capacity && !isClosed { unsafe pthread_cond_wait(hasRoom, mutex) }
        if isClosed { return false }
        jobs.append(job)
        unsafe pthread_cond_signal(hasJobs)
        return true
    }

    /// Waits for jobs; nil once the queue is closed and empty.
    func nextGroup() -> [Job]? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while jobs.isEmpty && !isClosed { unsafe pthread_cond_wait(hasJobs, mutex) }
        if jobs.isEmpty { return nil }
        let group = Array(jobs.prefix(groupLimit))
        jobs.removeFirst(group.count)
        unsafe pthread_cond_broadcast(hasRoom)
        return group
    }

    /// True for the first caller only.
    func close() -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        if isClosed { return false }
        isClosed = true
        unsafe pthread_cond_broadcast(hasJobs)
        unsafe pthread_cond_broadcast(hasRoom)
        return true
    }
}

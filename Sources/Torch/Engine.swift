import CEngine
import CTorch
import Foundation

/// libtorch behind its C header, loaded at the first use.
let ct = ct_load().pointee

/// The machine that libtorch runs on.
public enum Runtime {
    /// Begins to load libtorch on a thread of its own, for a program that does something else
    /// before its first tensor: loading takes longer than scoring a face.
    public static func preload() {
        let thread = Thread { _ = ct.thread_count() }
        thread.stackSize = 8 << 20
        thread.name = "mien.preload"
        thread.start()
    }

    /// Threads that one operation uses.
    public static var threadCount: Int { Int(ct.thread_count()) }

    public static func setThreadCount(_ count: Int) {
        precondition(count > 0, "thread count must be positive, got \(count)")
        check(ct.set_threads(Int32(count)))
    }

    /// Whether the processor multiplies bfloat16 in hardware.
    public static var hasBFloat16: Bool { ct.cpu_has_bfloat16() }

    /// Keeps freed memory in the process instead of returning it to the system between steps.
    /// Call at the very start of a program that trains: the resident size then stays at its peak.
    public static func keepFreedMemory() { cengine_keep_freed_memory() }
}

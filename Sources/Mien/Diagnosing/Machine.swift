import Foundation
import Torch

/// The machine that the program runs on.
package enum Machine {
    /// Less memory than this is little for training.
    private static let littleMemory = 2_000_000_000
    /// Instruction sets that change speed or precision, by their names in /proc/cpuinfo.
    private static let features = [
        "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8",
    ]

    static var checks: [Diagnosis.Check] { [system, processor, memory].compactMap(\.self) }

    private static var system: Diagnosis.Check {
        .init("system", "\(ProcessInfo.processInfo.operatingSystemVersionString)")
    }

    private static func value(_ key: String) -> Substring? {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").first { $0.hasPrefix(key) }?.split(separator: ":").last
    }

    /// The processor's name, and how many threads it runs at once.
    static var processorName: String {
        let name = value("model name").map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        return "\(name), \(ProcessInfo.processInfo.activeProcessorCount) threads"
    }

    /// The name that this machine gives itself.
    package static var hostName: String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static var flags: Set<String> {
        Set(value("flags")?.split(separator: " ").map(String.init) ?? [])
    }

    /// Extensions of the processor that change speed or precision: "avx2 avx512f".
    static var instructionSet: String {
        let known = features.filter(flags.contains)
        return known.isEmpty ? "no AVX2" : known.joined(separator: " ")
    }

    private static var processor: Diagnosis.Check {
        let found: Advice =
            "\(processorName), \(instructionSet); \(setting: "precision") auto is "
            + "\(Runtime.gainsByBFloat16 ? "bfloat16" : "float32")"
        guard flags.contains("avx2") || flags.isEmpty else {
            return .init(
                "processor", .warning, found, advice: "Scoring and training are slow without AVX2.")
        }
        return .init("processor", found)
    }

    private static var memory: Diagnosis.Check? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        let found: Advice = "\(Diagnosis.gigabytes(kilobytes * 1024)) free"
        return kilobytes * 1024 >= littleMemory
            ? .init("memory", found)
            : .init(
                "memory", .warning, found,
                advice: "Training takes 1 to 3 GB: end other programs, or take smaller batches.")
    }
}

extension Diagnosis {
    /// "12.3 GB".
    static func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
}

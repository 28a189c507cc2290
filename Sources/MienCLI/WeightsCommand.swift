import ArgumentParser
import Foundation
import Mien

struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "Downloads and keeps published weights.",
        discussion: """
            They are kept in MIEN_CACHE, else XDG_CACHE_HOME/mien, else ~/.cache/mien, and used by \
            `mien train --init imagenet`.
            """,
        subcommands: [FetchWeights.self, ImportWeights.self, ListWeights.self])
}

struct FetchWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Downloads weights and verifies them.",
        discussion: """
            A download that was cut goes on where it stopped. The curl command does it; proxies \
            are taken from http_proxy, https_proxy and no_proxy.
            """)

    @Argument(help: "resnet18 or resnet34.")
    var name: String

    @Option(help: "Another address of the file.")
    var url: String?

    func run() throws {
        let cache = WeightsCache()
        let weights = try cache.weights(named: name)
        let mirror = try url.map { text in
            guard let url = URL(string: text) else {
                throw UsageError("--url", found: "\"\(text)\"", expected: "an address")
            }
            return url
        }
        let file = try cache.fetch(weights, from: mirror, progress: show)
        Console.clearTransient()
        try Console.exact(file.path)
    }

    private func show(_ event: DownloadEvent) {
        switch event {
        case .waiting: Console.note("Waiting for another download of the same file.")
        case .connecting(let url, let offset):
            let rest = offset > 0 ? " from byte \(offset)" : ""
            Console.note("Downloading \(url.absoluteString)\(rest)")
        case .received(let bytes, let total, let rate):
            let part = total.map { String(format: " of %.1f", Double($0) / 1e6) } ?? ""
            let left = total.map { ", \(duration(Double($0 - bytes) / max(rate, 1))) left" } ?? ""
            Console.transient(
                String(format: "%.1f", Double(bytes) / 1e6) + part
                    + String(format: " MB, %.1f MB/s", rate / 1e6) + left)
        case .retrying(let reason, let seconds):
            Console.clearTransient()
            Console.note("\(reason); trying again in \(String(format: "%.0f", seconds)) s.")
        }
    }
}

struct ImportWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Verifies a file that was downloaded by other means and keeps it.")

    @Argument(help: "The file; its name does not matter.")
    var path: String

    func run() throws {
        let (weights, file) = try WeightsCache().importFile(URL(fileURLWithPath: path))
        Console.note("These are the weights of \(weights.name).")
        try Console.exact(file.path)
    }
}

struct ListWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Says which weights are here.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let entries = try WeightsCache().list()
        if json { return try Console.json(entries) }
        for entry in entries {
            let state =
                switch entry.isIntact {
                case nil: "absent"
                case false?: "damaged"
                case true?: String(format: "%.1f MB", Double(entry.bytes ?? 0) / 1e6)
                }
            try Console.exact("\(entry.name)\t\(state)\t\(entry.path)")
        }
    }
}

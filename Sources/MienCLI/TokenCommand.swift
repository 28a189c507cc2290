import ArgumentParser
import Foundation
import Mien

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Makes and revokes access tokens of the service.",
        subcommands: [AddToken.self, ListTokens.self, RevokeToken.self])
}

/// The file of the tokens.
struct TokenFileOption: ParsableArguments {
    @Option(help: "The file of the tokens, as the service takes it.")
    var tokens: String

    var url: URL { URL(fileURLWithPath: tokens) }
}

struct AddToken: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Makes a token and prints it once; the file keeps its SHA-256 alone.")

    @Argument(help: "A name for the token.")
    var name: String
    @OptionGroup var file: TokenFileOption
    @Option(help: "What it opens: score, metrics; repeat for more. (default: score)")
    var scope: [String] = []
    @Option(help: "Days until it expires. (default: never)")
    var days: Int?

    func run() throws {
        let scopes = try (scope.isEmpty ? ["score"] : scope).map { text throws(UsageError) in
            guard let scope = TokenFile.Scope(rawValue: text) else {
                throw UsageError(
                    "--scope", found: text,
                    expected: TokenFile.Scope.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return scope
        }
        if let days, !(1 ... 36_500 ~= days) {
            throw UsageError("--days", found: "\(days)", expected: "1 to 36500")
        }
        try TokenFile.requirePlain(name)
        let text = try TokenFile.change(file.url, makesOne: true) { tokens in
            try tokens.add(name, scopes: scopes, days: days)
        }
        try Console.exact(text)
        Console.note("The token is shown this once.")
    }
}

struct ListTokens: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists names, scopes and dates of the tokens.")

    @OptionGroup var file: TokenFileOption
    @Flag(help: "Print JSON.")
    var json = false

    private struct Row: Encodable {
        let name: String
        let scopes: [TokenFile.Scope]
        let created: String
        let expires: String?
        let valid: Bool
    }

    func run() throws {
        let rows = try TokenFile(contentsOf: file.url).tokens.map { token in
            Row(
                name: token.name, scopes: token.scopes,
                created: token.created.formatted(.iso8601),
                expires: token.expires?.formatted(.iso8601), valid: token.isValid(at: .now))
        }
        guard !json else { return try Console.json(rows) }
        for row in rows {
            let scopes = row.scopes.map(\.rawValue).joined(separator: ",")
            let end = row.expires.map { row.valid ? "until \($0)" : "expired \($0)" } ?? "for ever"
            try Console.result("\(row.name)  \(scopes)  \(end)")
        }
    }
}

struct RevokeToken: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Removes a token; a running service refuses it at once.")

    @Argument(help: "The token's name.")
    var name: String
    @OptionGroup var file: TokenFileOption

    func run() throws {
        try TokenFile.change(file.url) { tokens in try tokens.revoke(name) }
        Console.note("Revoked \(name).")
    }
}

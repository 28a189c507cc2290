import Foundation
import ProgramSupport
import Testing

/// `mien adapt` and `mien compare --cross`, as a user has them.
@Suite(.serialized)
struct AdaptCommandTests {
    private static let data = "synthetic:seed=5,train=80,valid=0,test=40"

    @Test func aComparisonAcrossDataGoesOnWhereItWas() throws {
        let folder = try TemporaryFolder()
        let arguments = [
            "compare", "--cross", "A=\(Self.data)", "B=synthetic:seed=9,train=80,valid=0,test=40",
            "--recipe", "forest", "--out", folder.path("cross"), "--json",
        ]
        let first = try Program.run(Program.url, arguments)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("\"prior_shift\""))
        for name in ["cross.html", "cross.json", "cross.csv", "runs/forest-A/model.safetensors"] {
            #expect(FileManager.default.fileExists(atPath: folder.path("cross/" + name)))
        }
        let second = try Program.run(Program.url, arguments)
        #expect(second.status == 0 && second.errors.contains("forest on A was trained before."))
    }

    @Test(arguments: [
        ["compare", "--cross", "A", "B=x", "--recipe", "forest", "--out", "o"],
        ["compare", "--cross", "A=synthetic", "--recipe", "forest", "--out", "o"],
        ["compare", "--cross", "A=synthetic", "B=synthetic", "--recipe", "forest"],
        [
            "compare", "--cross", "../A=synthetic", "B=synthetic", "--recipe", "forest", "--out",
            "o",
        ],
        ["compare", "released", "--data", "synthetic", "--masked"],
        ["compare", "--data", "synthetic"],
        ["adapt", "released", "--out", "o"],
        ["adapt", "released", "--data", "synthetic", "--unlabelled", "x", "--out", "o"],
        ["adapt", "released", "--data", data, "--shots", "3", "--out", "o"],
        ["adapt", "released", "--data", data, "--deepest", "unchanged", "--out", "o"],
    ])
    func wrongOptionsEndWithTwo(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let found = try Program.run(
            Program.url, arguments.map { $0 == "o" ? folder.path("o") : $0 })
        #expect([2, 64].contains(found.status), "\(found.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("o/cross.json")))
    }
}

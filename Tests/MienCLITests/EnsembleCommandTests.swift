import Foundation
import ProgramSupport
import Testing

/// `mien model ensemble`, and commands that take its file.
@Suite(.serialized)
struct EnsembleCommandTests {
    private static let data = "synthetic:seed=5,train=64,valid=16,test=40"

    @Test func anEnsembleIsMeasuredBesideItsMembers() throws {
        let folder = try TemporaryFolder()
        let both = folder.path("both.safetensors")
        let made = try Program.run(
            "model", "ensemble", "released", "tiny", "--weights", "3,1", "--json", "--out", both)
        #expect(made.status == 0, "\(made.errors)")
        let members = try #require(
            try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [[String: Any]])
        #expect(members.map { $0["share"] as? Double } == [0.75, 0.25])
        #expect(members.map { $0["model"] as? String } == ["resnet18", "tiny"])
        let compared = try Program.run(
            "compare", "released", "tiny", both, "--data", Self.data, "--json")
        #expect(compared.status == 0, "\(compared.errors)")
        #expect(compared.output.contains("mean of 2 models"))
    }

    @Test(arguments: [
        ["released"], ["released", "tiny", "--weights", "1,x"],
        ["released", "tiny", "--weights", "1"],
        ["released", "nowhere.safetensors"],
    ])
    func wrongOptionsEndWithTwo(_ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let out = folder.path("both.safetensors")
        let found = try Program.run(
            Program.url, ["model", "ensemble"] + arguments + ["--out", out])
        #expect(found.status == 2, "\(found.errors)")
        #expect(!FileManager.default.fileExists(atPath: out))
    }
}

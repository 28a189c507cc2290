import Foundation
import ProgramSupport
import Testing

/// `mien doctor`: each check says what was found and what to do.
struct DoctorCommandTests {
    private struct Diagnosis: Decodable {
        struct Check: Decodable {
            let name: String
            let state: String
            let found: String
            let advice: String?
        }

        let usable: Bool
        let checks: [Check]
    }

    private func diagnosis(
        _ environment: [String: String] = [:]
    ) throws -> (Int32, Diagnosis) {
        let outcome = try Program.run(
            Program.url, ["doctor", "--json"], environment: environment)
        return (
            outcome.status,
            try JSONDecoder().decode(Diagnosis.self, from: Data(outcome.output.utf8))
        )
    }

    @Test func aWholeInstallationIsUsable() throws {
        let (status, diagnosis) = try diagnosis()
        #expect(status == 0 && diagnosis.usable)
        let engines = diagnosis.checks.filter { $0.name.hasSuffix("engine") }
        #expect(engines.count == 7 && engines.allSatisfy { $0.state == "ok" })
        #expect(
            diagnosis.checks.contains { $0.name == "processor" && $0.found.contains("--precision") }
        )
    }

    @Test func aMissingFaceDetectorIsAProblemWithARemedy() throws {
        let (status, diagnosis) = try diagnosis(["MIEN_FACE_MODEL": "/nowhere/face.onnx"])
        #expect(status == 1 && !diagnosis.usable)
        let check = try #require(diagnosis.checks.first { $0.name == "face detector" })
        #expect(check.state == "problem" && check.advice?.contains("MIEN_FACE_MODEL") == true)
        let text = try Program.run(
            Program.url, ["doctor"], environment: ["MIEN_FACE_MODEL": "/nowhere/face.onnx"])
        #expect(text.status == 1 && text.output.contains("Mien cannot be used: 1 problem"))
    }

    @Test func aMissingModelAndAFullPathAreWarnings() throws {
        let (status, diagnosis) = try diagnosis([
            "MIEN_MODEL": "/nowhere/model.safetensors", "PATH": "/nowhere",
            "MIEN_CACHE": "/proc/mien",
        ])
        #expect(status == 0)
        for name in ["released model", "curl", "cache of weights"] {
            let check = try #require(diagnosis.checks.first { $0.name == name })
            #expect(check.state == "warning" && check.advice != nil, "\(check)")
        }
    }
}

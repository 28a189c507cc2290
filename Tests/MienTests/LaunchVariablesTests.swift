import Mien
import Testing
import Torch

/// What torchrun and srun tell a process about its place.
struct LaunchVariablesTests {
    @Test(arguments: [
        ("n[01-04,7]", ["n01", "n02", "n03", "n04", "n7"]), ("login", ["login"]),
        ("a1,b[2-3],c", ["a1", "b2", "b3", "c"]), ("n[098-101]", ["n098", "n099", "n100", "n101"]),
        ("r[1-2]n[01-02]", ["r1n01", "r1n02", "r2n01", "r2n02"]),
        ("n[1-2]-ib", ["n1-ib", "n2-ib"]), ("x[9-11]", ["x9", "x10", "x11"]),
    ])
    func aListOfNodesIsExpandedWithItsZeros(_ list: String, _ hosts: [String]) throws {
        #expect(try SlurmNodeList.hosts(list, variable: "SLURM_JOB_NODELIST") == hosts)
    }

    @Test(arguments: [
        "", "n[1-2", "n1-2]", "n[]", "n[a-b]", "n[3-1]", "n[1-2-3]", "a,,b", "n[[1]]",
        "n[1-999999999]",
    ])
    func aListThatIsNoneIsRefused(_ list: String) {
        let error = #expect(throws: UsageError.self) {
            try SlurmNodeList.hosts(list, variable: "SLURM_JOB_NODELIST")
        }
        #expect(error?.subject.description == "SLURM_JOB_NODELIST")
    }

    private static let torchrun = [
        "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2",
        "MASTER_ADDR": "head", "MASTER_PORT": "29400", "TORCHELASTIC_USE_AGENT_STORE": "True",
        "TORCHELASTIC_RESTART_COUNT": "2",
    ]
    private static let srun = [
        "SLURM_PROCID": "1", "SLURM_NTASKS": "3", "SLURM_LOCALID": "0", "SLURM_STEP_ID": "0",
        "SLURM_JOB_NODELIST": "n[09-11]", "SLURM_JOB_ID": "71042", "SLURM_STEP_NUM_TASKS": "3",
    ]

    @Test func torchrunsVariablesAreRead() throws {
        let place = try #require(try ProcessPlace(environment: Self.torchrun))
        var wanted = ProcessPlace(
            rank: 3, size: 4, localRank: 1, host: "head", port: 29400, launcher: "torchrun")
        wanted.localSize = 2
        wanted.storeIsLaunchers = true
        wanted.attempt = 2
        #expect(place == wanted)
        #expect(!place.servesStore)
    }

    @Test func srunsVariablesAreRead() throws {
        let place = try #require(try ProcessPlace(environment: Self.srun))
        var wanted = ProcessPlace(rank: 1, size: 3, host: "n09", port: 29542, launcher: "srun")
        wanted.localSize = 1
        #expect(place == wanted)
    }

    @Test func torchrunWinsOverSlurm() throws {
        let both = Self.srun.merging(Self.torchrun) { $1 }
        #expect(try ProcessPlace(environment: both)?.launcher == "torchrun")
        // Alone by torchrun, whatever Slurm says.
        #expect(try ProcessPlace(environment: both.merging(["WORLD_SIZE": "1"]) { $1 }) == nil)
    }

    @Test(arguments: [
        [:], ["WORLD_SIZE": "1", "RANK": "0"], ["RANK": "0"],
        ["SLURM_NTASKS": "1", "SLURM_PROCID": "0", "SLURM_STEP_ID": "0"],
        // A batch script, which is no task of a step.
        ["SLURM_NTASKS": "4", "SLURM_PROCID": "0", "SLURM_JOB_ID": "7"],
    ])
    func aProcessAloneHasNoPlace(_ environment: [String: String]) throws {
        #expect(try ProcessPlace(environment: environment) == nil)
    }

    @Test(arguments: [
        ("RANK", "4"), ("RANK", "-1"), ("RANK", ""), ("MASTER_PORT", "70000"),
        ("WORLD_SIZE", "two"),
        ("MASTER_ADDR", ""), ("MIEN_DISTRIBUTED_TIMEOUT", "soon"),
        ("MIEN_DISTRIBUTED_TIMEOUT", "0"),
    ])
    func aWrongVariableIsNamed(_ name: String, _ value: String) {
        let error = #expect(throws: UsageError.self) {
            try ProcessPlace(environment: Self.torchrun.merging([name: value]) { $1 })
        }
        #expect(error?.subject.description == name)
    }

    @Test func interfaceAndTimeComeFromTheEnvironment() throws {
        let place = try ProcessPlace(
            environment: Self.torchrun.merging(
                ["GLOO_SOCKET_IFNAME": "ib0", "MIEN_DISTRIBUTED_TIMEOUT": "90"]) { $1 })
        #expect(place?.interface == "ib0" && place?.timeout == 90)
        #expect(try ProcessPlace(environment: Self.torchrun)?.timeout == 120)
    }

    @Test func processorsAreDividedAmongTheProcessesOfAMachine() throws {
        var place = ProcessPlace(rank: 0, size: 4, host: "h", port: 1, launcher: "torchrun")
        #expect(place.threads(of: 8, all: 8) == 8)
        place.localSize = 4
        #expect(place.threads(of: 8, all: 8) == 2)
        #expect(place.threads(of: 2, all: 2) == 1)
        // Bound to two of eight by the launcher.
        #expect(place.threads(of: 2, all: 8) == 2)
        place.processors = 3
        #expect(place.threads(of: 8, all: 8) == 3)
    }
}

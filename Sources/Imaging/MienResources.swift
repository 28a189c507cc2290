public import Foundation
import Synchronization

/// Where the files lie that come with Mien: the released weights, `mien-resnet18.safetensors`, and
/// the face detector's model, `centerface.onnx`.
///
/// Each is the first that is found of
/// 1. the file that `MIEN_MODEL` or `MIEN_FACE_MODEL` names; where it is set, only that counts,
/// 2. ``directory``,
/// 3. the folder that the environment variable `MIEN_RESOURCES` names,
/// 4. `share/mien` beside the folder of the running program, as an installed Mien has it,
/// 5. the folders above the running program: `Models` and `.deps/models`,
/// 6. the package of Mien that the program was built from: `Models` and `.deps/models`.
public enum MienResources {
    /// A folder that holds them; `nil`, the default, for none. Set it before the first use.
    public static var directory: URL? {
        get { chosen.withLock { $0 } }
        set { chosen.withLock { $0 = newValue } }
    }

    private static let chosen = Mutex<URL?>(nil)

    /// The folder of the package that this file was built from.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}

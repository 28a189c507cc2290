import Networks

/// What TensorBoard's page HParams shows of runs: which settings a sweep varies, those of one run, and how
/// that run ended.
///
/// Messages of tensorboard/plugins/hparams/plugin_data.proto and api.proto (TensorBoard 2.21), as
/// plug-in data of a summary without a value.
package enum HyperparameterSummary: Sendable {
    /// The settings that a sweep varies, and the tags of the figures that judge its runs.
    case experiment(settings: [String], metrics: [String], seconds: Double)
    /// The settings of a run, when it began, and the name that it is shown by.
    case began([(name: String, value: String)], group: String, seconds: Double)
    case ended(isSuccess: Bool, seconds: Double)

    private var tag: String {
        switch self {
        case .experiment: "_hparams_/experiment"
        case .began: "_hparams_/session_start_info"
        case .ended: "_hparams_/session_end_info"
        }
    }

    /// Fields of summary.proto: of a value 1 tag, 9 metadata; of metadata 1 plug-in data; of that 1
    /// name, 2 content.
    func write(to value: inout ProtobufWriter) {
        value.text(1, tag)
        value.message(9) { metadata in
            metadata.message(1) { plugin in
                plugin.text(1, "hparams")
                plugin.message(2, content)
            }
        }
    }

    /// HParamsPluginData: 2 experiment, 3 start of a session, 4 its end. Its version, field 1, is 0.
    private func content(_ data: inout ProtobufWriter) {
        switch self {
        case .experiment(let settings, let metrics, let seconds):
            data.message(2) { experiment in
                experiment.double(3, seconds)
                for name in settings { experiment.message(4) { $0.text(1, name) } }
                for metric in metrics {
                    experiment.message(5) { info in info.message(1) { $0.text(2, metric) } }
                }
            }
        case .began(let settings, let group, let seconds):
            data.message(3) { session in
                for (name, value) in settings {
                    // An entry of a map: 1 key, 2 value.
                    session.message(1) { entry in
                        entry.text(1, name)
                        entry.message(2) { Self.write(value, to: &$0) }
                    }
                }
                session.text(4, group)
                session.double(5, seconds)
            }
        case .ended(let isSuccess, let seconds):
            data.message(4) { end in
                end.varint(1, isSuccess ? 1 : 2)
                end.double(2, seconds)
            }
        }
    }

    /// google.protobuf.Value: 2 number, 3 text, 4 truth.
    private static func write(_ text: String, to value: inout ProtobufWriter) {
        if let number = Double(text), number.isFinite {
            value.double(2, number)
        } else if text == "true" || text == "false" {
            value.varint(4, text == "true" ? 1 : 0)
        } else {
            value.text(3, text)
        }
    }
}

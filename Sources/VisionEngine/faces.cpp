// The network of the face detector: loaded, fed, read out. CenterFace.swift reads its maps.
#include <array>
#include <list>
#include <memory>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <vector>

#include "opencv.hpp"

namespace {

/// Heat, scale, offset, landmarks.
const std::vector<cv::String> output_names = {"537", "538", "539", "540"};
constexpr std::array<int, 4> planes = {1, 2, 2, 10};
constexpr int stride = 4;
/// Networks of several input sizes are kept: at most as many, of as many pixels of input together,
/// as each takes memory for its own. A photo of 3 megapixels is looked at in five sizes, which have 1.3
/// million pixels.
constexpr size_t kept_shapes = 8;
constexpr int kept_pixels = 3 << 19;
constexpr int largest_side = 1 << 14;

cv::Mat input_of(const cv::Mat &image, const vision_window &window) {
    const bool sizes_fit =
        window.scaled_width > 0 && window.scaled_height > 0 && window.pad_left >= 0 &&
        window.pad_top >= 0 && window.input_width <= largest_side &&
        window.input_height <= largest_side && window.input_width % 32 == 0 &&
        window.input_height % 32 == 0 &&
        window.pad_left <= window.input_width - window.scaled_width &&
        window.pad_top <= window.input_height - window.scaled_height;
    if (!sizes_fit) throw std::invalid_argument("the window does not fit the network's input");
    const cv::Mat part = image({window.left, window.top, window.width, window.height});
    const cv::Size size(window.scaled_width, window.scaled_height);
    const bool shrinks = size.width <= part.cols && size.height <= part.rows;
    cv::Mat scaled, colour, input;
    cv::resize(part, scaled, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    if (scaled.channels() == 1) {
        cv::cvtColor(scaled, colour, cv::COLOR_GRAY2RGB);
    } else {
        colour = scaled;
    }
    cv::copyMakeBorder(
        colour, input, window.pad_top, window.input_height - window.pad_top - size.height,
        window.pad_left, window.input_width - window.pad_left - size.width,
        cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
    return input;
}

}  // namespace

struct vision_network_s {
    std::string path;
    /// One network for each size of input, the one used last in front: OpenCV 4.6 folds the batch
    /// norms into the convolutions again when the size changes, and then computes nonsense.
    std::list<std::pair<cv::Size, cv::dnn::Net>> nets;
    /// Read, and not run yet.
    std::optional<cv::dnn::Net> fresh;
    std::array<cv::Mat, 4> outputs;

    cv::dnn::Net &net(cv::Size size) {
        for (auto entry = nets.begin(); entry != nets.end(); ++entry) {
            if (entry->first == size) {
                nets.splice(nets.begin(), nets, entry);
                return nets.front().second;
            }
        }
        nets.emplace_front(size, fresh ? *fresh : load());
        fresh.reset();
        const auto pixels = [&] {
            int sum = 0;
            for (const auto &entry : nets) sum += entry.first.area();
            return sum;
        };
        while (nets.size() > 1 && (nets.size() > kept_shapes || pixels() > kept_pixels)) {
            nets.pop_back();
        }
        return nets.front().second;
    }

    cv::dnn::Net load() const {
        cv::dnn::Net net = cv::dnn::readNetFromONNX(path);
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        return net;
    }

    void run(const cv::Mat &input) {
        cv::dnn::Net &net = this->net(input.size());
        // RGB from 0 to 255, as the network was trained.
        net.setInput(cv::dnn::blobFromImage(input));
        std::vector<cv::Mat> results;
        net.forward(results, output_names);
        const int rows = input.rows / stride, columns = input.cols / stride;
        for (size_t index = 0; index < outputs.size(); ++index) {
            const cv::Mat &result = results.at(index);
            const bool fits = result.dims == 4 && result.depth() == CV_32F && result.size[0] == 1 &&
                              result.size[1] == planes[index] && result.size[2] == rows &&
                              result.size[3] == columns && result.isContinuous();
            if (!fits) {
                throw std::runtime_error(
                    "output " + output_names[index] + " of the network has an unexpected shape");
            }
            outputs[index] = result.clone();
        }
    }
};

vision_status vision_network_load(vision_network *out, const char *path) {
    return vision::guarded_opencv([&] {
        auto network = std::make_unique<vision_network_s>();
        network->path = path;
        network->fresh = network->load();
        // Each run checks the shapes; that the outputs are there shows whether it is this network.
        for (const cv::String &name : output_names) {
            if (network->fresh->getLayerId(name) < 0) {
                throw std::runtime_error("the network has no output " + name);
            }
        }
        *out = network.release();
    });
}

vision_status vision_network_run(
    vision_network network, const uint8_t *pixels, int width, int height, int channels,
    vision_window window) {
    return vision::guarded_opencv([&] {
        network->run(input_of(vision::view(pixels, width, height, channels), window));
    });
}

const float *vision_network_output(vision_network network, int output) {
    const bool known = output >= 0 && output < static_cast<int>(network->outputs.size());
    return known ? network->outputs[static_cast<size_t>(output)].ptr<float>() : nullptr;
}

void vision_network_free(vision_network network) { delete network; }

vision_status vision_set_threads(int count) {
    return vision::guarded_opencv([&] { cv::setNumThreads(count); });
}

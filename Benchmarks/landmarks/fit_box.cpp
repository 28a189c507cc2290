// Fits the box in which dlib's face detector sees a face of FER-2013, in sides of the crop, and the
// enlargement that landmarks need: what LandmarkModel.cropBox holds.
//
// Standard input: faces of 48 x 48 bytes. Debian: libdlib-dev, libdlib-data. Build and run:
//   g++ -O2 fit_box.cpp -o fit_box -ldlib -l:liblapack.so.3 -l:libblas.so.3 && ./fit_box < faces
//
// The reference is dlib alone: its detector's own box on the face enlarged four times, with its
// edge repeated around it, and the points in that box. Each candidate is one box for all faces. Its error
// is the mean distance of the points from the reference, in distances of the eyes.
#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

using namespace dlib;
using Grey = array2d<unsigned char>;
using Points = std::vector<std::array<double, 2>>;

constexpr int side = 48, padding = 12, enlarged = 4;

static Points points(const shape_predictor &model, const Grey &image, rectangle box, double scale) {
    Points result;
    const auto shape = model(image, box);
    for (unsigned i = 0; i < shape.num_parts(); i++)
        result.push_back({(shape.part(i).x() + 0.5) / scale, (shape.part(i).y() + 0.5) / scale});
    return result;
}

static double distance(std::array<double, 2> a, std::array<double, 2> b) {
    return std::hypot(a[0] - b[0], a[1] - b[1]);
}

int main() {
    shape_predictor model;
    deserialize("/usr/share/dlib/shape_predictor_68_face_landmarks.dat") >> model;
    auto detector = get_frontal_face_detector();
    std::vector<double> centres_x, centres_y, sides;
    std::map<std::array<int, 3>, std::vector<double>> errors;
    Grey face(side, side);
    while (fread(&face[0][0], 1, side * side, stdin) == side * side) {
        Grey padded(side + 2 * padding, side + 2 * padding);
        for (long y = 0; y < padded.nr(); y++)
            for (long x = 0; x < padded.nc(); x++)
                padded[y][x] = face[std::clamp<long>(y - padding, 0, side - 1)]
                                   [std::clamp<long>(x - padding, 0, side - 1)];
        Grey large(padded.nr() * enlarged, padded.nc() * enlarged);
        resize_image(padded, large, interpolate_bilinear());
        std::vector<rect_detection> found;
        detector(large, found, 0.3);
        if (found.empty()) continue;
        const auto &r = found[0].rect;
        const double unit = side * enlarged;
        const auto place = [&](double pixel) { return (pixel - padding * enlarged) / unit; };
        centres_x.push_back(place((r.left() + r.right() + 1) / 2.0));
        centres_y.push_back(place((r.top() + r.bottom() + 1) / 2.0));
        sides.push_back(r.width() / unit);

        std::map<int, Grey> images;
        for (int scale : {1, 2, 4}) {
            images[scale].set_size(side * scale, side * scale);
            if (scale == 1) assign_image(images[scale], face);
            else resize_image(face, images[scale], interpolate_bilinear());
        }
        const auto box = [](double scale, double left, double top, double width) {
            const double unit = side * scale;
            return rectangle(std::lround(left * unit), std::lround(top * unit),
                             std::lround((left + width) * unit) - 1,
                             std::lround((top + width) * unit) - 1);
        };
        const Points reference = points(
            model, images[enlarged],
            box(enlarged, place(r.left()), place(r.top()), r.width() / unit), enlarged);
        std::array<double, 2> left = {0, 0}, right = {0, 0};
        for (int i = 0; i < 6; i++)
            for (int axis : {0, 1}) {
                left[axis] += reference[36 + i][axis] / 6;
                right[axis] += reference[42 + i][axis] / 6;
            }
        for (int scale : {1, 2, 4})
            for (int width : {80, 85, 88, 91, 94, 98})
                for (int middle : {54, 56, 58}) {
                    const Points candidate = points(
                        model, images[scale],
                        box(scale, 0.5026 - width / 200.0, middle / 100.0 - width / 200.0,
                            width / 100.0), scale);
                    double sum = 0;
                    for (size_t i = 0; i < reference.size(); i++)
                        sum += distance(candidate[i], reference[i]);
                    errors[{scale, width, middle}].push_back(
                        sum / reference.size() / distance(left, right));
                }
    }
    const auto quantile = [](std::vector<double> values, double q) {
        std::sort(values.begin(), values.end());
        return values[std::min(values.size() - 1, size_t(values.size() * q))];
    };
    printf("%zu faces found; median centre %.4f %.4f, side %.4f\n", sides.size(),
           quantile(centres_x, 0.5), quantile(centres_y, 0.5), quantile(sides, 0.5));
    printf("scale,side,middle,median,p90,mean\n");
    for (auto &[key, values] : errors) {
        double mean = 0;
        for (double value : values) mean += value / values.size();
        printf("%d,%.2f,%.2f,%.4f,%.4f,%.4f\n", key[0], key[1] / 100.0, key[2] / 100.0,
               quantile(values, 0.5), quantile(values, 0.9), mean);
    }
}

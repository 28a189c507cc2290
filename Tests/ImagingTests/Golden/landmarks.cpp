// Makes landmarks.json: a small shape predictor that dlib trained and wrote, and the points that dlib
// finds with it; then those of the 68-point model on a drawn face. Debian: libdlib-dev, libdlib-data.
//   g++ -O2 landmarks.cpp -o landmarks -ldlib -l:liblapack.so.3 -l:libblas.so.3 && ./landmarks > landmarks.json
#include <dlib/compress_stream.h>
#include <dlib/base64.h>
#include <dlib/image_processing.h>
#include <iostream>
#include <sstream>

using namespace dlib;

// A bright disc and a dark one on a slope; the disc lies where `x` and `y` say.
static array2d<unsigned char> picture(int x, int y) {
    array2d<unsigned char> image(80, 90);
    for (int row = 0; row < image.nr(); row++)
        for (int column = 0; column < image.nc(); column++) {
            const int bright = (column - x) * (column - x) + (row - y) * (row - y);
            const int dark = (column - x - 24) * (column - x - 24) + (row - y - 8) * (row - y - 8);
            image[row][column] =
                bright < 100 ? 240 : dark < 64 ? 5 : (unsigned char)(60 + column + row / 2);
        }
    return image;
}

// An oval with eyes, brows, a nose and a mouth.
static array2d<unsigned char> face() {
    array2d<unsigned char> image(200, 200);
    const auto within = [](int x, int y, int cx, int cy, int rx, int ry) {
        return (x - cx) * (x - cx) * ry * ry + (y - cy) * (y - cy) * rx * rx < rx * rx * ry * ry;
    };
    for (int y = 0; y < 200; y++)
        for (int x = 0; x < 200; x++) {
            int level = 60 + (x + y) / 8;
            if (within(x, y, 100, 105, 70, 90)) level = 190 - (x - 100) * (x - 100) / 150;
            for (int eye : {70, 130}) {
                if (within(x, y, eye, 85, 14, 8)) level = 225;
                if (within(x, y, eye, 85, 6, 6)) level = 30;
                if (within(x, y, eye, 66, 18, 4)) level = 70;
            }
            if (within(x, y, 100, 118, 10, 6)) level = 140;
            if (within(x, y, 100, 150, 26, 9)) level = 110;
            if (within(x, y, 100, 150, 20, 3)) level = 60;
            image[y][x] = (unsigned char)level;
        }
    return image;
}

static void print(const full_object_detection &shape, const rectangle &r) {
    std::cout << "{\"box\": [" << r.left() << ", " << r.top() << ", " << r.width() << ", "
              << r.height() << "], \"points\": [";
    for (unsigned i = 0; i < shape.num_parts(); i++)
        std::cout << (i ? ", " : "") << shape.part(i).x() << ", " << shape.part(i).y();
    std::cout << "]}";
}

int main() {
    const int places[][2] = {{26, 30}, {30, 34}, {34, 28}, {28, 38}, {36, 36}, {32, 31}};
    dlib::array<array2d<unsigned char>> images;
    std::vector<std::vector<full_object_detection>> objects;
    const rectangle box(12, 10, 75, 73);
    for (auto &place : places) {
        auto image = picture(place[0], place[1]);
        images.push_back(image);
        std::vector<point> parts = {
            point(place[0], place[1]), point(place[0] + 24, place[1] + 8),
            point(place[0] - 10, place[1]), point(place[0], place[1] - 10),
            point(place[0] + 12, place[1] + 4)};
        objects.push_back({full_object_detection(box, parts)});
    }
    shape_predictor_trainer trainer;
    trainer.set_cascade_depth(3);
    trainer.set_tree_depth(2);
    trainer.set_num_trees_per_cascade_level(6);
    trainer.set_feature_pool_size(24);
    trainer.set_oversampling_amount(20);
    trainer.set_nu(0.4);
    const shape_predictor model = trainer.train(images, objects);

    std::ostringstream file;
    serialize(model, file);
    std::istringstream plain(file.str());
    std::ostringstream coded;
    base64 coder;
    coder.set_line_ending(base64::LF);
    coder.encode(plain, coded);
    std::string text = coded.str();
    text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());

    // Boxes within the picture and one that leaves it.
    const rectangle boxes[] = {rectangle(12, 10, 75, 73), rectangle(20, 4, 70, 54),
                               rectangle(-15, 20, 60, 95)};
    std::cout << "{\"model\": \"" << text << "\", \"cases\": [";
    bool first = true;
    for (auto &r : boxes) {
        if (!first) std::cout << ", ";
        print(model(picture(31, 33), r), r);
        first = false;
    }
    shape_predictor usual;
    deserialize("/usr/share/dlib/shape_predictor_68_face_landmarks.dat") >> usual;
    const rectangle r(22, 38, 181, 197);
    std::cout << "], \"face\": ";
    print(usual(face(), r), r);
    std::cout << "}\n";
}

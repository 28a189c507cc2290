// What the reading of image formats and of videos shares.
#pragma once

#include <opencv2/imgproc.hpp>

#include "opencv.hpp"

namespace media {

/// OpenCV's grey, BGR or BGRA pixels of 8 bits as an image.
inline vision::image_owner image(const cv::Mat &from) {
    const bool is_grey = from.channels() == 1;
    vision::image_owner result(from.cols, from.rows, is_grey ? 1 : 3);
    cv::Mat target = vision::view(result.row(0), from.cols, from.rows, is_grey ? 1 : 3);
    if (is_grey) {
        from.copyTo(target);
    } else {
        cv::cvtColor(from, target, from.channels() == 4 ? cv::COLOR_BGRA2RGB : cv::COLOR_BGR2RGB);
    }
    return result;
}

}  // namespace media

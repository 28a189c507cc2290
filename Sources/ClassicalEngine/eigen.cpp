// Products and eigenvectors of matrices, by OpenCV.
#include "opencv.hpp"

classical_status classical_add_products(
    double *sums, const double *values, int count, int columns) {
    return classical::guarded_opencv([&] {
        const cv::Mat rows(count, columns, CV_64F, const_cast<double *>(values));
        cv::Mat total(columns, columns, CV_64F, sums);
        cv::gemm(rows, rows, 1, total, 1, total, cv::GEMM_1_T);
    });
}

classical_status classical_eigen(
    double *values, double *vectors, const double *matrix, int size) {
    return classical::guarded_opencv([&] {
        const cv::Mat symmetric(size, size, CV_64F, const_cast<double *>(matrix));
        cv::Mat eigenvalues(size, 1, CV_64F, values), eigenvectors(size, size, CV_64F, vectors);
        if (!cv::eigen(symmetric, eigenvalues, eigenvectors)) {
            throw std::runtime_error("the eigenvectors of the covariance were not found");
        }
        if (eigenvalues.ptr<double>() != values || eigenvectors.ptr<double>() != vectors) {
            throw std::logic_error("OpenCV wrote the eigenvectors elsewhere");
        }
    });
}

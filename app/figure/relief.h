// An error surface as a landscape: E as height over (w, b), in parallel projection, lit from the
// upper left. The same object tells where a point of the plane is drawn, whether it is seen, and
// which one lies under the mouse. It is small and copied freely: the heights are the surface's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/figure/figure.h"
#include "core/lab/one_neuron.h"

namespace backflow::figure {

class Relief {
public:
  /// Seen from a side, turned and tilted by degrees (View::relief_turn, relief_tilt), as large as
  /// fits into `area` from every side. At 0° w goes to the right and b away from the viewer; as the
  /// angle grows the landscape turns counterclockwise, seen from above.
  Relief(std::shared_ptr<const lab::ErrorSurface> surface, double turn, double tilt,
         const Rect& area);

  /// A point over the plane: E is taken as it is, not from the surface.
  struct Spot {
    double w = 0.0, b = 0.0;
    double error = 0.0;  ///< E, at most highest()
  };
  /// On the surface, which between the middles of its cells is bilinear; outside its range that of
  /// the nearest edge.
  Spot on(lab::NeuronPoint at) const;
  double highest() const { return surface_->highest; }  ///< E at the top of the box

  Point place(const Spot& spot) const;
  /// Nothing of the surface stands between the spot and the viewer.
  bool is_seen(const Spot& spot) const;
  /// What is seen at a point of the figure; of the sides, their upper edge. Nothing beside the
  /// landscape.
  std::optional<lab::NeuronPoint> under(Point at) const;

  /// The surface in the colours of log10 E, lit, and the two sides that are seen.
  MeshMark mesh(const ColorScale& scale, const Color& side) const;

  /// Which edge of the range is nearer to the viewer.
  double near_w() const;
  double near_b() const;
  /// The corner of the plane that is drawn farthest to the left.
  lab::NeuronPoint left_corner() const;
  const lab::SurfaceRange& range() const { return surface_->range; }

private:
  // In the box: u and v from −½ to ½ along w and b, z from 0 to high_.
  struct Place {
    double u = 0.0, v = 0.0, z = 0.0;
  };
  Place place_of(const Spot& spot) const;
  lab::NeuronPoint point_at(double u, double v) const;
  Point project(const Place& place) const;
  double height(double u, double v) const;
  double height_of(model::Index row, model::Index column) const {
    return high_ * surface_->shares(row, column);
  }
  model::Index rows() const { return surface_->shares.rows(); }
  model::Index columns() const { return surface_->shares.cols(); }
  double column_u(model::Index column) const;
  double row_v(model::Index row) const;
  double light(model::Index row, model::Index column) const;
  void add_side(MeshMark& mesh, bool along_w, const Color& color) const;

  std::shared_ptr<const lab::ErrorSurface> surface_;
  double high_ = 1.0;  // the box, in widths of b
  double sin_turn_, cos_turn_, sin_tilt_, cos_tilt_;
  Point middle_;
  double scale_ = 1.0;  // figure units of a width of b
};

/// A line over the plane as it is drawn, where it lies in the surface's range: each part is seen as
/// a whole or hidden as a whole.
struct DrapedLine {
  std::vector<Point> points;
  bool seen = true;
  bool leaves = false;  ///< ends at the range's edge
};
/// `height` says how high the line is over a point of the plane: on the surface when there is none.
std::vector<DrapedLine> draped(const Relief& relief, const std::vector<lab::NeuronPoint>& line,
                               const std::function<double(lab::NeuronPoint)>& height = {});

}  // namespace backflow::figure

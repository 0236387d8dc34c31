# The packages that the two commands need, by purpose. Sourced by scripts/run and scripts/test; names
# are the same in Debian 12 and Ubuntu 22.04, but for chromium, of the tests, which Ubuntu has as a snap only.
BUILD_PACKAGES=(
  g++ cmake ninja-build pkg-config      # the build
  libeigen3-dev                         # linear algebra
  libfmt-dev libcli11-dev               # text and command line
  nlohmann-json3-dev                    # files that keep things
  libcairo2-dev zlib1g-dev libgif-dev   # PDF, PNG and GIF figures
  libimgui-dev libglfw3-dev             # the window
  libepoxy-dev libgl-dev libfreetype-dev
  fonts-dejavu-core                     # has every mathematical sign that is used
)
WINDOW_PACKAGES=(libgl1-mesa-dri)       # an OpenGL driver, if the system has none yet
TEST_PACKAGES=(libgtest-dev libgmock-dev libbenchmark-dev xvfb xauth librsvg2-bin
  poppler-utils python3-numpy giflib-tools xclip
  chromium clang)                       # clang: the fuzz targets
# The libraries of clang's sanitizers, which in Debian 12 are a package of their own.
if grep -qs '^VERSION_ID="12"' /etc/os-release; then
  TEST_PACKAGES+=(libclang-rt-14-dev)
fi

#include "app/ui/imgui_compat.h"

#include <cstdint>

// Name here, name in ImGui after 1.86, GLFW's code.
// clang-format off
#define BACKFLOW_KEYS(KEY) \
  KEY(space, Space, 32) KEY(left_arrow, LeftArrow, 263) KEY(right_arrow, RightArrow, 262) \
  KEY(up_arrow, UpArrow, 265) KEY(down_arrow, DownArrow, 264) KEY(home, Home, 268) \
  KEY(end, End, 269) KEY(page_up, PageUp, 266) KEY(page_down, PageDown, 267) \
  KEY(f1, F1, 290) KEY(f2, F2, 291) KEY(escape, Escape, 256) KEY(enter, Enter, 257) \
  KEY(backspace, Backspace, 259) KEY(tab, Tab, 258) KEY(comma, Comma, ',') \
  KEY(period, Period, '.') \
  KEY(digit_1, 1, '1') KEY(digit_2, 2, '2') KEY(digit_3, 3, '3') \
  KEY(digit_4, 4, '4') KEY(digit_5, 5, '5') KEY(digit_6, 6, '6') \
  KEY(digit_7, 7, '7') KEY(digit_8, 8, '8') KEY(digit_9, 9, '9') \
  KEY(digit_0, 0, '0') KEY(a, A, 'A') KEY(b, B, 'B') \
  KEY(c, C, 'C') KEY(d, D, 'D') KEY(e, E, 'E') \
  KEY(f, F, 'F') KEY(g, G, 'G') KEY(h, H, 'H') \
  KEY(i, I, 'I') KEY(j, J, 'J') KEY(k, K, 'K') \
  KEY(l, L, 'L') KEY(m, M, 'M') KEY(n, N, 'N') \
  KEY(o, O, 'O') KEY(p, P, 'P') KEY(q, Q, 'Q') \
  KEY(r, R, 'R') KEY(s, S, 'S') KEY(t, T, 'T') \
  KEY(u, U, 'U') KEY(v, V, 'V') KEY(w, W, 'W') \
  KEY(x, X, 'X') KEY(y, Y, 'Y') KEY(z, Z, 'Z')
// clang-format on

namespace backflow::ui {

#if IMGUI_VERSION_NUM >= 18700

namespace {

ImGuiKey imgui_key(Key key) {
  switch (key) {
#define BACKFLOW_CASE(name, imgui, glfw) \
  case Key::name:                        \
    return ImGuiKey_##imgui;
    BACKFLOW_KEYS(BACKFLOW_CASE)
#undef BACKFLOW_CASE
  }
  return ImGuiKey_None;
}

}  // namespace

bool key_pressed(Key key, bool repeat) { return ImGui::IsKeyPressed(imgui_key(key), repeat); }
void init_keys_without_backend() {}
void send_key(Key key, bool down) { ImGui::GetIO().AddKeyEvent(imgui_key(key), down); }
void send_control_modifier(bool down) {
#if IMGUI_VERSION_NUM >= 18900
  ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, down);
#else
  ImGui::GetIO().AddKeyEvent(ImGuiKey_ModCtrl, down);
#endif
}
void send_shift_modifier(bool down) {
#if IMGUI_VERSION_NUM >= 18900
  ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, down);
#else
  ImGui::GetIO().AddKeyEvent(ImGuiKey_ModShift, down);
#endif
}
void send_mouse_position(float x, float y) { ImGui::GetIO().AddMousePosEvent(x, y); }
void send_mouse_button(bool down) { ImGui::GetIO().AddMouseButtonEvent(0, down); }
void send_mouse_wheel(float steps) { ImGui::GetIO().AddMouseWheelEvent(0.0f, steps); }

#else

namespace {

int glfw_code(Key key) {
  switch (key) {
#define BACKFLOW_CASE(name, imgui, glfw) \
  case Key::name:                        \
    return glfw;
    BACKFLOW_KEYS(BACKFLOW_CASE)
#undef BACKFLOW_CASE
  }
  return 0;
}

}  // namespace

bool key_pressed(Key key, bool repeat) { return ImGui::IsKeyPressed(glfw_code(key), repeat); }

void init_keys_without_backend() {
  ImGuiIO& io = ImGui::GetIO();
  io.KeyMap[ImGuiKey_LeftArrow] = glfw_code(Key::left_arrow);
  io.KeyMap[ImGuiKey_RightArrow] = glfw_code(Key::right_arrow);
  io.KeyMap[ImGuiKey_UpArrow] = glfw_code(Key::up_arrow);
  io.KeyMap[ImGuiKey_DownArrow] = glfw_code(Key::down_arrow);
  io.KeyMap[ImGuiKey_Home] = glfw_code(Key::home);
  io.KeyMap[ImGuiKey_End] = glfw_code(Key::end);
  io.KeyMap[ImGuiKey_Escape] = glfw_code(Key::escape);
  io.KeyMap[ImGuiKey_Enter] = glfw_code(Key::enter);
  io.KeyMap[ImGuiKey_Space] = glfw_code(Key::space);
  io.KeyMap[ImGuiKey_A] = glfw_code(Key::a);
  io.KeyMap[ImGuiKey_Tab] = glfw_code(Key::tab);
  io.KeyMap[ImGuiKey_Backspace] = glfw_code(Key::backspace);
}

void send_key(Key key, bool down) { ImGui::GetIO().KeysDown[glfw_code(key)] = down; }
void send_control_modifier(bool down) { ImGui::GetIO().KeyCtrl = down; }
void send_shift_modifier(bool down) { ImGui::GetIO().KeyShift = down; }
void send_mouse_position(float x, float y) { ImGui::GetIO().MousePos = ImVec2(x, y); }
void send_mouse_button(bool down) { ImGui::GetIO().MouseDown[0] = down; }
void send_mouse_wheel(float steps) { ImGui::GetIO().MouseWheel = steps; }

#endif

bool typed(char character) {
  const auto& queue = ImGui::GetIO().InputQueueCharacters;
  return queue.contains(static_cast<ImWchar>(character));
}

ImTextureID texture_of(unsigned gl_name) {
  // A pointer in older versions, a number in newer ones.
  return (ImTextureID)(static_cast<std::uintptr_t>(gl_name));  // NOLINT
}

}  // namespace backflow::ui

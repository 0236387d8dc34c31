#include "app/ui/imgui_compat.h"

#include <cstdint>

namespace backflow::ui {

#if IMGUI_VERSION_NUM >= 18700

namespace {

ImGuiKey imgui_key(Key key) {
  switch (key) {
    case Key::space:
      return ImGuiKey_Space;
    case Key::right_arrow:
      return ImGuiKey_RightArrow;
    case Key::r:
      return ImGuiKey_R;
    case Key::t:
      return ImGuiKey_T;
    case Key::q:
      return ImGuiKey_Q;
    case Key::f1:
      return ImGuiKey_F1;
    case Key::escape:
      return ImGuiKey_Escape;
    case Key::enter:
      return ImGuiKey_Enter;
    case Key::backspace:
      return ImGuiKey_Backspace;
    case Key::digit_1:
      return ImGuiKey_1;
    case Key::digit_2:
      return ImGuiKey_2;
    case Key::digit_3:
      return ImGuiKey_3;
    case Key::digit_4:
      return ImGuiKey_4;
    case Key::digit_5:
      return ImGuiKey_5;
    case Key::digit_6:
      return ImGuiKey_6;
    case Key::digit_7:
      return ImGuiKey_7;
    case Key::digit_8:
      return ImGuiKey_8;
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
void send_mouse_position(float x, float y) { ImGui::GetIO().AddMousePosEvent(x, y); }
void send_mouse_button(bool down) { ImGui::GetIO().AddMouseButtonEvent(0, down); }
void send_mouse_wheel(float steps) { ImGui::GetIO().AddMouseWheelEvent(0.0f, steps); }

#else

namespace {

int glfw_code(Key key) {
  switch (key) {
    case Key::space:
      return 32;
    case Key::right_arrow:
      return 262;
    case Key::r:
      return 'R';
    case Key::t:
      return 'T';
    case Key::q:
      return 'Q';
    case Key::f1:
      return 290;
    case Key::escape:
      return 256;
    case Key::enter:
      return 257;
    case Key::backspace:
      return 259;
    case Key::digit_1:
      return '1';
    case Key::digit_2:
      return '2';
    case Key::digit_3:
      return '3';
    case Key::digit_4:
      return '4';
    case Key::digit_5:
      return '5';
    case Key::digit_6:
      return '6';
    case Key::digit_7:
      return '7';
    case Key::digit_8:
      return '8';
  }
  return 0;
}

}  // namespace

bool key_pressed(Key key, bool repeat) { return ImGui::IsKeyPressed(glfw_code(key), repeat); }

void init_keys_without_backend() {
  ImGuiIO& io = ImGui::GetIO();
  io.KeyMap[ImGuiKey_Space] = glfw_code(Key::space);
  io.KeyMap[ImGuiKey_RightArrow] = glfw_code(Key::right_arrow);
  io.KeyMap[ImGuiKey_Escape] = glfw_code(Key::escape);
  io.KeyMap[ImGuiKey_Enter] = glfw_code(Key::enter);
  io.KeyMap[ImGuiKey_Backspace] = glfw_code(Key::backspace);
}

void send_key(Key key, bool down) { ImGui::GetIO().KeysDown[glfw_code(key)] = down; }
void send_control_modifier(bool down) { ImGui::GetIO().KeyCtrl = down; }
void send_mouse_position(float x, float y) { ImGui::GetIO().MousePos = ImVec2(x, y); }
void send_mouse_button(bool down) { ImGui::GetIO().MouseDown[0] = down; }
void send_mouse_wheel(float steps) { ImGui::GetIO().MouseWheel = steps; }

#endif

ImTextureID texture_of(unsigned gl_name) {
  // A pointer in older versions, a number in newer ones.
  return (ImTextureID)(static_cast<std::uintptr_t>(gl_name));  // NOLINT
}

}  // namespace backflow::ui

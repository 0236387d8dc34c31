// Under AddressSanitizer the test program keeps every library loaded to its end: leaks of OpenGL
// drivers can then be told from our own by the library's name (tests/lsan.supp), which is unknown
// once the library is gone.
#if defined(__SANITIZE_ADDRESS__)
extern "C" int dlclose(void*) noexcept { return 0; }
#endif

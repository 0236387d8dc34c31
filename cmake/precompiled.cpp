// Nothing of its own: the target that this belongs to is there for its precompiled headers.
int main() {}

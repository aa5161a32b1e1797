package io.mobula;
/** Placeholder. */
public final class Tensor {}

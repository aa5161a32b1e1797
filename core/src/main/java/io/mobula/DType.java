package io.mobula;
/** Placeholder. */
public enum DType {FLOAT32}

/**
 * Turns a user's value into bytes and back, on Kryo, with no JVM flag.
 *
 * <p>Owns the byte format, the choice of how each class is written
 * ({@link io.mobula.internal.codec.TypeCodecRegistry}), out-of-band buffers, lambdas by descriptor,
 * and the knowledge of which values never change. Everything runs in the caller's thread.
 *
 * <p>Never touches Akka, files, sockets or the store: buffers are handed to the caller, who copies
 * them where they shall live. Throws {@link io.mobula.error.CodecException} and nothing else of its
 * own, whatever the value or the bytes are.
 *
 * <p>Callers start at {@link io.mobula.internal.codec.Codec}. Below it, one pooled
 * {@link io.mobula.internal.codec.GraphCodec} walks one object graph at a time.
 */
@NullMarked
package io.mobula.internal.codec;

import org.jspecify.annotations.NullMarked;

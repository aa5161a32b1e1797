/**
 * Codec that turns users' values into bytes and back, built on Kryo, without JVM flags.
 *
 * <p>This package defines the byte format, the choice of a codec for each class
 * ({@link io.mobula.internal.codec.TypeCodecRegistry}), out-of-band buffers, the encoding of
 * lambdas by descriptor, and the analysis of which values never change. Everything runs in the
 * caller's thread.
 *
 * <p>The package does not use Akka, files, sockets or the store: buffers are handed to the caller,
 * who copies them to their destination. It throws {@link io.mobula.error.CodecException} and no
 * other exception of its own, whatever the value or the bytes are.
 *
 * <p>Callers start at {@link io.mobula.internal.codec.Codec}, which takes a
 * {@link io.mobula.internal.codec.GraphCodec} from a pool for each object graph.
 */
@NullMarked
package io.mobula.internal.codec;

import org.jspecify.annotations.NullMarked;

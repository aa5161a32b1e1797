package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/** Codec of a dynamic proxy: the names of its interfaces, and its invocation handler. */
final class ProxyCodec extends ContentFirstCodec<Object> {
  @Override
  void writeContent(GraphCodec graph, Output output, Object proxy) {
    Class<?>[] interfaces = proxy.getClass().getInterfaces();
    output.writeVarInt(interfaces.length, true);
    for (Class<?> each : interfaces) {
      output.writeString(each.getName());
    }
    try {
      graph.writeClassAndObject(output, Proxy.getInvocationHandler(proxy));
    } catch (Throwable thrown) {
      throw GraphException.from(thrown).addStep(".handler");
    }
  }

  @Override
  Object read(GraphCodec graph, SegmentInput input, Class<?> type) {
    Class<?>[] interfaces = new Class<?>[input.readCount(1)];
    for (int i = 0; i < interfaces.length; i++) {
      interfaces[i] = graph.classResolver().find(input.readString());
    }
    if (!(graph.readNonNull(input) instanceof InvocationHandler handler)) {
      throw GraphException.withReason("the bytes give a proxy a handler that is none");
    }
    return Proxy.newProxyInstance(loaderOf(interfaces, graph), interfaces, handler);
  }

  /** Returns the class loader of the first interface that is not one of the JDK's. */
  private static ClassLoader loaderOf(Class<?>[] interfaces, GraphCodec graph) {
    for (Class<?> each : interfaces) {
      if (each.getClassLoader() != null) {
        return each.getClassLoader();
      }
    }
    return graph.options().classLoader();
  }
}

namespace AppProxy.Gateway.Demo;

/// <summary>The demo cannot run, for a reason that the message tells in one line with what to do.</summary>
internal sealed class DemoException(string message, Exception? innerException = null) : Exception(message, innerException);

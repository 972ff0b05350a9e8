using System.Globalization;
using System.Text;

namespace AppProxy.Benchmarks.Load;

/// <summary>A request as it goes over the wire, made once per measurement.</summary>
internal static class RequestBytes
{
    public static byte[] Head(LoadOrder order)
    {
        var bodyLength = order.RequestBytes;
        var head = new StringBuilder()
            .Append(bodyLength > 0 ? "POST " : "GET ").Append(order.Url.PathAndQuery).Append(" HTTP/1.1\r\n")
            .Append("Host: ").Append(order.Host ?? order.Url.Authority).Append("\r\n");
        if (order.Cookie is { } cookie)
        {
            head.Append("Cookie: ").Append(cookie).Append("\r\n");
        }

        if (bodyLength > 0)
        {
            head.Append("Content-Type: application/octet-stream\r\n")
                .Append("Content-Length: ").Append(bodyLength.ToString(CultureInfo.InvariantCulture)).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
    }

    /// <summary>Head and body in one piece, for bodies that are small.</summary>
    public static byte[] Whole(LoadOrder order)
    {
        var head = Head(order);
        var whole = new byte[head.Length + (int)order.RequestBytes];
        head.CopyTo(whole, 0);
        whole.AsSpan(head.Length).Fill((byte)'x');
        return whole;
    }
}
